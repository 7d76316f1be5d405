import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** Folder of the recordings, beside the checkout. */
export const RECORDINGS: string = fileURLToPath(new URL('../../shared/data/', import.meta.url))

/** Raw messages of a capture that hold some words. @throws Error when the recordings are not there */
export function rawMessages(file: string, words: string): string[] {
  const path = `${RECORDINGS}${file}`
  if (!existsSync(path)) throw new Error(`${path} is not there: the benchmarks use real recordings`)
  return gunzipSync(readFileSync(path))
    .toString()
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { raw: string }).raw)
    .filter(raw => raw.includes(words))
}
