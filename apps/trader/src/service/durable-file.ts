import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a small file under another name and renames it, so that there is always a whole one: the old or the new. Only
 * its owner may read it.
 * @param isDurable whether it must outlive the power, which takes milliseconds; it outlives the process in any case
 * @throws Error of the file system; the old file stands then
 */
export function replaceFile(path: string, text: string, isDurable = true): void {
  const partial = `${path}.partial`
  const file = openSync(partial, 'w', 0o600)
  try {
    writeSync(file, text)
    if (isDurable) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(partial, path)
  if (isDurable) syncFolder(dirname(path))
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
