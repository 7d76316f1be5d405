import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafeguardImage, type SafeguardImage, writeSafeguardImage } from '@velocimex/core/engine/safeguard-image'
import type { SafeguardEntry } from '@velocimex/core/engine/safeguard-options'
import { replaceFile } from './durable-file.ts'

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
      replaceFile(this.path, text, isDurable)
    } catch {
      return false
    }
    this.#last = text
    this.#isLastDurable = isDurable
    return true
  }
}

/** The image as it will be once a limit is changed. */
export function withChange(
  image: SafeguardImage,
  { before, after }: Extract<SafeguardEntry, { kind: 'limit' }>['change'],
): SafeguardImage {
  const name = (before ?? after)!.name
  const isIt = ({ configured, now }: SafeguardImage['limits'][number]): boolean => (configured ?? now)!.name === name
  const old = image.limits.find(isIt)
  const configured = old === undefined ? before : old.configured
  return { ...image, limits: [...image.limits.filter(each => !isIt(each)), { configured, now: after }] }
}
