import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instrument } from '@velocimex/core/market/instrument'
import { makeFolder } from '@velocimex/host/files/make-folder'

const FILE = 'instruments.json'

/** Keeps what an account trades in its folder: its records in decimals can then be booked again, without the venue. */
export function saveInstruments(directory: string, instruments: readonly Instrument[]): void {
  makeFolder(directory, 0o700)
  const path = join(directory, FILE)
  const text = JSON.stringify(instruments, (_, value) => (typeof value === 'bigint' ? `${value}n` : value), 1)
  writeFileSync(`${path}.partial`, text, { mode: 0o600 })
  renameSync(`${path}.partial`, path)
}

/** What an account traded when it was last started. @throws Error when its folder does not tell */
export function readInstruments(directory: string): Instrument[] {
  const path = join(directory, FILE)
  try {
    const read: unknown = JSON.parse(readFileSync(path, 'utf8'), (_, value) =>
      typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    )
    if (!Array.isArray(read)) throw new Error('it is no list')
    return read as Instrument[]
  } catch (cause) {
    throw new Error(
      `${path} does not tell what the account trades (${(cause as Error).message}): start the trader once`,
    )
  }
}
