import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { FRAME_KIND_NAMES, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from './venues.ts'

const venue = findVenue('binance-spot')!.members[0]
const trade = (symbol: string): string =>
  `{"e":"trade","E":1723161255343,"s":"${symbol}","t":1,"p":"1","q":"1","T":1723161255342,"m":true,"M":true}`
const combined = (stream: string, symbol: string): string => `{"stream":"${stream}@trade","data":${trade(symbol)}}`

/** What becomes of a frame when the instruments were learnt from these frames and it. */
function verdict(frame: string, ...others: string[]): string {
  const grids = venue.inferGrids()
  for (const text of [...others, frame]) grids.learn(text)
  const codec = venue.makeCodec(new InstrumentTable(grids.instruments()), 1 << 16, 100, 0)
  const room = codec.buffer.length - SLACK
  const to = Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset).write(frame, 0, room, 'utf8')
  const kind = codec.decode(0, to, 0, 0)
  return kind < 0 ? REFUSAL_NAMES[-kind]! : FRAME_KIND_NAMES[kind]!
}

// The longest name that is compared as one literal has 62 bytes; a table of names holds 64.
const NAMES = ['A', '币', 'AB', '1000SATSUSDT', '币安人生USDT', 'BTCUSDT_210924', '币'.repeat(20), '币'.repeat(21)]
for (const symbol of NAMES)
  test(`a symbol as odd as ${symbol} is read, bare and combined, and not mistaken for another`, () => {
    equal(verdict(trade(symbol)), 'trade')
    equal(verdict(combined(symbol.toLowerCase(), symbol)), 'trade')
    equal(verdict(combined('btcusdt', symbol), trade('BTCUSDT')), 'malformed')
    equal(verdict(combined(symbol.toLowerCase(), 'BTCUSDT'), trade(symbol)), 'malformed')
  })

test('what is no name of an instrument is refused, and ends nothing', () => {
  for (const symbol of ['', ' ', 'A B', 'A\\"B', 'A\\\\B', '\\u0041BC', '币'.repeat(22), 'A'.repeat(41)])
    equal(['malformed', 'unknown-symbol'].includes(verdict(trade(symbol))), true, symbol)
})
