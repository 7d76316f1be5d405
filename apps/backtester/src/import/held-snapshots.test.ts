import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { CaptureLine } from '@velocimex/host/capture/capture-reader'
import { HeldSnapshots } from './held-snapshots.ts'

const answer = (raw: string): CaptureLine => ({ at: 1, nanos: 0, dir: 'http', conn: 'rest', url: 'x', raw })

test('the newest answer of an instrument is held for whoever follows it, and counted until somebody does', () => {
  const held = new HeldSnapshots()
  held.keep(0, answer('old'), false)
  held.keep(0, answer('new'), false)
  held.keep(1, answer('used'), true)
  equal(held.unused, 2)
  deepEqual([held.take(0)?.raw, held.take(0)?.raw, held.take(1)?.raw, held.take(2)], ['new', 'new', 'used', undefined])
  equal(held.unused, 1, 'the old one helped nobody')
})

test('when there is too much text the oldest answers go, and the newest stays', () => {
  const held = new HeldSnapshots(10)
  held.keep(0, answer('123456'), false)
  held.keep(1, answer('1234'), false)
  equal(held.take(0)?.raw, '123456')
  held.keep(2, answer('1'), false)
  deepEqual([held.take(0), held.take(1)?.raw, held.take(2)?.raw], [undefined, '1234', '1'])
  held.keep(3, answer('12345678901234'), false)
  deepEqual([held.take(1), held.take(2), held.take(3)?.raw.length], [undefined, undefined, 14])
})
