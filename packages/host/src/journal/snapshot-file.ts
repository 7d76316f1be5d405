import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { StoredSnapshot } from '@velocimex/core/bus/read-journal'
import { type JournalFiles, syncDirectory, writeAll } from './journal-files.ts'

/*
 * A snapshot file is one line and the state: `VMXSNAP1 <crc of the state, hex> <bytes of the state>\n<state>`. It is written
 * under another name, made durable and renamed, so a file of this name is whole or was damaged later.
 */
const NAME = /^snapshot-(\d{15})\.state$/
const MAGIC = 'VMXSNAP1'

/** Name of the snapshot that stands for all records up to a sequence. */
export const snapshotName = (through: number): string => `snapshot-${String(through).padStart(15, '0')}.state`

/** Sequence of a snapshot's file name; undefined for other files. */
export function snapshotSequence(name: string): number | undefined {
  const match = NAME.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Writes a snapshot durably. Throws the system's error; a half-written file is left under another name. */
export function writeSnapshot(files: JournalFiles, directory: string, { through, state }: StoredSnapshot): void {
  const bytes = Buffer.from(state, 'utf8')
  const head = Buffer.from(`${MAGIC} ${crc32(bytes).toString(16)} ${bytes.length}\n`, 'ascii')
  const path = join(directory, snapshotName(through))
  const file = files.open(`${path}.part`, 'w', 0o600)
  try {
    writeAll(files, file, head, head.length, 0)
    writeAll(files, file, bytes, bytes.length, head.length)
    files.sync(file)
  } finally {
    files.close(file)
  }
  files.rename(`${path}.part`, path)
  syncDirectory(files, directory)
}

/** The newest snapshot that is whole, and the names of those that are not. */
export function readSnapshots(
  files: JournalFiles,
  directory: string,
): { readonly newest: StoredSnapshot | undefined; readonly damaged: readonly string[] } {
  const damaged: string[] = []
  for (const name of files.list(directory).sort().reverse()) {
    const through = snapshotSequence(name)
    if (through === undefined) continue
    const state = stateOf(Buffer.from(files.read(join(directory, name))))
    if (state !== undefined) return { newest: { through, state }, damaged }
    damaged.push(name)
  }
  return { newest: undefined, damaged }
}

function stateOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(0x0a)
  const match = /^VMXSNAP1 ([0-9a-f]{1,8}) (\d+)$/.exec(bytes.subarray(0, Math.max(0, end)).toString('ascii'))
  const state = bytes.subarray(end + 1)
  if (match === null || state.length !== Number(match[2])) return undefined
  return crc32(state) === Number.parseInt(match[1]!, 16) ? state.toString('utf8') : undefined
}
