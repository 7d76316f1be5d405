import { equal, ok, throws } from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './make-folder.ts'

test('a folder and those above it are made, once; what cannot be made is an error at once', () => {
  const directory = mkdtempSync(join(tmpdir(), 'folder-'))
  try {
    const path = join(directory, 'a', 'b', 'c')
    makeFolder(path, 0o700)
    makeFolder(path, 0o700)
    equal(statSync(path).mode & 0o777, 0o700)
    writeFileSync(join(directory, 'file'), '')
    for (const way of ['file', join('file', 'x')])
      throws(() => makeFolder(join(directory, way)), {
        code: 'ENOTDIR',
        message: /file is a file, where a folder is needed/,
      })
    if (existsSync('/proc/self')) throws(() => makeFolder('/proc/velocimex/x'), /ENOENT/)
    ok(!existsSync('/proc/velocimex'))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
