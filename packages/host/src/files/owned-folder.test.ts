import { equal } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ownershipOf } from './owned-folder.ts'

test('only a folder that is empty, or holds nothing but our own files, may be replaced', () => {
  const directory = mkdtempSync(join(tmpdir(), 'owned-'))
  const isOwn = (name: string): boolean => name.endsWith('.tape')
  try {
    equal(ownershipOf(join(directory, 'nowhere'), isOwn), 'free')
    equal(ownershipOf(directory, isOwn), 'free')
    writeFileSync(join(directory, '1.tape'), '')
    equal(ownershipOf(directory, isOwn), 'own')
    equal(ownershipOf(join(directory, '1.tape'), isOwn), 'other', 'a file')
    equal(ownershipOf(join(directory, '1.tape', 'x'), isOwn), 'other', 'below a file')
    mkdirSync(join(directory, 'notes'))
    equal(ownershipOf(directory, isOwn), 'other', 'a folder of somebody else')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
