import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readSafeguardImage, type SafeguardImage, writeSafeguardImage } from '@velocimex/core/engine/safeguard-image'

/** What a folder says about the safeguards of the life before; `unreadable` must not be taken for nothing. */
export type KeptSafeguards =
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly image: SafeguardImage }
  | { readonly kind: 'unreadable' }

/**
 * The safeguards of an account on disk, beside its journal. A change is written under another name, made durable and
 * renamed, so the file is always a whole one: the old or the new.
 */
export class SafeguardFile {
  readonly path: string
  #last = ''
  #isLastDurable = false

  constructor(directory: string) {
    this.path = join(directory, 'safeguards.json')
  }

  /** What the last life left. */
  read(): KeptSafeguards {
    if (!existsSync(this.path)) return { kind: 'none' }
    try {
      const image = readSafeguardImage(readFileSync(this.path, 'utf8'))
      return image === undefined ? { kind: 'unreadable' } : { kind: 'kept', image }
    } catch {
      return { kind: 'unreadable' }
    }
  }

  /**
   * Writes an image; one that says what the last one said is there already.
   * @param isDurable whether it must outlive the power, which takes milliseconds; it outlives the process in any case
   * @returns false when the disk did not take it, and then the old one stands
   */
  write(image: SafeguardImage, isDurable = true): boolean {
    const text = writeSafeguardImage(image)
    if (text === this.#last && (this.#isLastDurable || !isDurable)) return true
    try {
      const partial = `${this.path}.partial`
      const file = openSync(partial, 'w', 0o600)
      try {
        writeSync(file, text)
        if (isDurable) fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(partial, this.path)
      if (isDurable) syncFolder(dirname(this.path))
    } catch {
      return false
    }
    this.#last = text
    this.#isLastDurable = isDurable
    return true
  }
}

/** Makes a renamed file's new name durable. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
