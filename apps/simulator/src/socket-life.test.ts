import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { SocketRules } from '@velocimex/venues/venue-dialect'
import { SocketLife } from './socket-life.ts'

const DAY_MS = 86_400_000

function born(rules: SocketRules): { readonly life: SocketLife; readonly told: string[] } {
  const told: string[] = []
  const socket = { ping: () => void told.push('ping'), close: (code: number) => void told.push(`close ${code}`) }
  return { life: new SocketLife(rules, socket, 1_000_000), told }
}

test('S3-VEN-3 a venue pings in its rhythm, and ends who does not answer in time', () => {
  const { life, told } = born({ pingEveryMs: 20_000, pongWithinMs: 60_000 })
  life.tick(1_019_999)
  deepEqual(told, [])
  life.tick(1_020_000)
  life.ponged()
  life.tick(1_040_000)
  deepEqual(told, ['ping', 'ping'])
  life.tick(1_099_999) // One ping at a time: its answer is still waited for.
  life.tick(1_100_000)
  deepEqual(told, ['ping', 'ping', 'close 1008'])
})

test('S3-VEN-3 a message too many within a second ends the connection and is not read', () => {
  const { life, told } = born({ messagesPerSecond: 5 })
  for (let message = 0; message < 5; message++) equal(life.heard(1_000_500), true)
  equal(life.heard(1_001_000), true)
  for (let message = 0; message < 4; message++) life.heard(1_001_100)
  deepEqual(told, [])
  equal(life.heard(1_001_999), false)
  deepEqual(told, ['close 1008'])
})

test('S3-VEN-3 a connection lives a day and no longer', () => {
  const { life, told } = born({ lifeMs: DAY_MS })
  life.tick(1_000_000 + DAY_MS - 1)
  deepEqual(told, [])
  life.tick(1_000_000 + DAY_MS)
  deepEqual(told, ['close 1001'])
})

test('a venue without rules lets a connection be', () => {
  const { life, told } = born({})
  life.tick(1_000_000 + 10 * DAY_MS)
  for (let message = 0; message < 1000; message++) equal(life.heard(1_000_000), true)
  deepEqual(told, [])
})
