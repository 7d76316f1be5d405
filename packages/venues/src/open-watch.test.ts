import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import { OpenWatch } from './open-watch.ts'

test('D60 each change of an instrument is seen once, by each who looks; what came and went unseen is none', () => {
  const isOpen = [true, false, true]
  const all = isOpen.map((_, index) => ({ index }))
  const exchange = { isOpen, instruments: { all } } as unknown as Exchange
  const [one, other] = [new OpenWatch(exchange), new OpenWatch(exchange)]
  const seen = (watch: OpenWatch): number[] => watch.changes().map(({ index }) => index)
  deepEqual(seen(one), [], 'what holds at the beginning is no change')
  isOpen[0] = false
  isOpen[1] = true
  deepEqual([seen(one), seen(one)], [[0, 1], []])
  isOpen[0] = true
  deepEqual([seen(one), seen(other)], [[0], [1]])
})
