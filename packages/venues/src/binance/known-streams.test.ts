import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { KnownStreams } from './known-streams.ts'

const bytes = Buffer.alloc(256)
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
/** Puts a name in quotes at 5; what stood behind it stays there. Returns where it ends. */
const put = (name: string): number => 5 + bytes.write(`"${name}"`, 5, 'latin1')
const CHANNELS = ['trade', 'bookTicker', 'depth@100ms', 'depth20', 'kline_1m', 'aggTrade', 'markPrice@1s']
const names = Array.from(
  { length: 700 },
  (_, at) => `${(at * 7919).toString(36)}usdt@${CHANNELS[at % CHANNELS.length]}`,
)

test('a name that was kept is known with what it told; one whose place was taken is not, and no other is', () => {
  const known = new KnownStreams()
  let found = 0
  for (const [at, name] of names.entries()) {
    put(name)
    equal(known.find(view, 5), 0, name)
    known.keep(view, 5, put(name), at, at % 8, at * 60)
  }
  for (const [at, name] of names.entries()) {
    put(name)
    const length = known.find(view, 5)
    if (length === 0) continue
    found++
    deepEqual([length, known.instrument, known.channel, known.seconds], [name.length + 2, at, at % 8, at * 60])
  }
  equal(found > 100 && found <= 256, true, `${found}`)
})

test('a known name with one byte changed, to any other, is not known; nor is one that is cut off', () => {
  const name = 'btcusdt@depth@100ms'
  const known = new KnownStreams()
  known.keep(view, 5, put(name), 3, 1, 0)
  const end = put(name)
  for (let at = 5; at < end; at++) {
    const right = bytes[at]!
    for (let byte = 0; byte < 256; byte++) {
      bytes[at] = byte
      equal(known.find(view, 5) > 0, byte === right)
    }
    bytes[at] = right
  }
})

test('a name longer than there is room for is not kept', () => {
  const known = new KnownStreams()
  for (const [length, isKept] of [
    [62, true],
    [63, false],
  ] as const) {
    const name = 'x'.repeat(length)
    known.keep(view, 5, put(name), 0, 1, 0)
    equal(known.find(view, 5) > 0, isKept)
  }
})
