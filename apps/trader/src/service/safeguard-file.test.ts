import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SafeguardImage } from '@velocimex/core/engine/safeguard-image'
import { NEVER_STOPPED } from '@velocimex/core/risk/stop-record'
import { SafeguardFile } from './safeguard-file.ts'

const IMAGE: SafeguardImage = {
  account: 'main',
  stop: { ...NEVER_STOPPED, number: 1, phase: 'stopping', trigger: 'manual', by: 'ada', reason: 'a test', at: 5 },
  halts: [],
  limits: [
    {
      configured: { name: 'X position', scope: { instrument: 0 }, kind: 'position', value: 9n },
      now: { name: 'X position', scope: { instrument: 0 }, kind: 'position', value: 5n },
    },
  ],
  breakers: [{ name: 'rejections', openedAt: 4 }],
  equity: undefined,
  capital: 100n,
  strategies: [],
}

function withFolder(trial: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'safeguards-'))
  try {
    trial(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('R-KILL-06 what is written is read back whole, and nothing else is left in the folder', () =>
  withFolder(folder => {
    equal(new SafeguardFile(folder).read().kind, 'none')
    equal(new SafeguardFile(folder).write(IMAGE), true)
    deepEqual(new SafeguardFile(folder).read(), { kind: 'kept', image: IMAGE })
    deepEqual(readdirSync(folder), ['safeguards.json'])
  }))

test('a death between writing and renaming leaves the old one; a damaged one is not taken for none', () =>
  withFolder(folder => {
    const file = new SafeguardFile(folder)
    file.write(IMAGE)
    writeFileSync(`${file.path}.partial`, '{"account":')
    equal(new SafeguardFile(folder).read().kind, 'kept')
    for (const damaged of ['', '{', '[]', '{"account":"main"}']) {
      writeFileSync(file.path, damaged)
      equal(new SafeguardFile(folder).read().kind, 'unreadable', damaged)
    }
  }))

test('a disk that does not take it is told each time', () =>
  withFolder(folder => {
    const file = new SafeguardFile(join(folder, 'gone'))
    equal(file.write(IMAGE), false)
    equal(file.write(IMAGE), false)
  }))
