import { closeSync, ftruncateSync, openSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'

/** Where shared memory lies on this system: a file system in memory. */
const DIRECTORY = '/dev/shm'
const PROT_READ_WRITE = 3
const MAP_SHARED = 1

/** Memory that other processes see too, under a name. */
export interface SharedMemory {
  readonly name: string
  readonly buffer: ArrayBuffer
  /** Unmaps it here; others keep it. The buffer must not be touched afterwards. */
  close(): void
  /** Removes the name. Processes that have it mapped keep their mapping. */
  unlink(): void
}

/**
 * Creates or opens memory shared by name between processes. This file is the only one that speaks to the C library, so
 * that another way (Node's own FFI) can take its place.
 *
 * @param name letters, digits, dots and dashes @param bytes size; absent to open what is there
 * @throws Error with the remedy, when the system has no /dev/shm or no mmap, or the name does not exist
 */
export function openSharedMemory(name: string, bytes?: number): SharedMemory {
  if (!/^[\w.-]{1,100}$/.test(name))
    throw new Error(`shared memory name ${JSON.stringify(name)}: use letters, digits, . and -`)
  if (process.platform !== 'linux')
    throw new Error('shared memory between processes needs Linux; use topology "single" here')
  const path = join(DIRECTORY, name)
  const file = openSync(path, bytes === undefined ? 'r+' : 'wx+', 0o600)
  try {
    if (bytes !== undefined) ftruncateSync(file, bytes)
    const size = bytes ?? statSync(path).size
    const { mmap, munmap } = system()
    const pointer = mmap(null, size, PROT_READ_WRITE, MAP_SHARED, file, 0)
    const buffer = koffi.view(pointer, size) as ArrayBuffer
    return {
      name,
      buffer,
      close: () => void munmap(pointer, size),
      unlink: () => rmSync(path, { force: true }),
    }
  } finally {
    closeSync(file)
  }
}

interface SystemCalls {
  readonly mmap: (...args: unknown[]) => unknown
  readonly munmap: (...args: unknown[]) => number
}
let calls: SystemCalls | undefined

function system(): SystemCalls {
  if (calls !== undefined) return calls
  const library = koffi.load('libc.so.6')
  calls = {
    mmap: library.func('void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset)'),
    munmap: library.func('int munmap(void *addr, size_t length)'),
  }
  return calls
}
