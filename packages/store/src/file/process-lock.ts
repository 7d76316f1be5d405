import { DatabaseSync } from 'node:sqlite'

/** A lock that is held; it falls when the process ends, however it ends. */
export interface Lock {
  release(): void
}

/**
 * Takes a lock that one process at a time can hold. SQLite's own file lock does it: the operating system takes it from a
 * process that dies, so nothing is ever left behind to be cleaned up.
 * @throws Error that names the file when another process (or another part of this one) holds it
 */
export function holdLock(path: string): Lock {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new Error(`${path} is held by another process (${String(error)}); stop that one first`)
  }
  return { release: () => database.close() }
}
