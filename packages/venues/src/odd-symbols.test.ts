import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { FRAME_KIND_NAMES, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from './venues.ts'

const trade = (symbol: string): string =>
  `{"e":"trade","E":1723161255343,"s":"${symbol}","t":1,"p":"1","q":"1","T":1723161255342,"m":true,"M":true}`
const combined = (stream: string, symbol: string): string => `{"stream":"${stream}@trade","data":${trade(symbol)}}`

/** What becomes of a frame of Binance when the instruments were learnt from these frames and it. */
const verdict = (frame: string, ...others: string[]): string => verdictAt('binance-spot', frame, ...others)

function verdictAt(id: string, frame: string, ...others: string[]): string {
  const venue = findVenue(id)!.members[0]
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

test('venues that read their usual frames by the quoted symbol read an odd one too', () => {
  const trade =
    '{"T":1672304486865,"s":"A","S":"Buy","v":"1","p":"2","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false}'
  const book = '{"s":"A","b":[["1","2"]],"a":[["3","4"]],"u":1,"seq":1}'
  const frame = (topic: string, data: string): string =>
    `{"topic":"${topic}.A","type":"snapshot","ts":1672304486868,"data":${data}}`
  equal(verdictAt('bybit-linear', frame('publicTrade', `[${trade}]`)), 'trade')
  equal(verdictAt('bybit-linear', `${frame('orderbook.50', book).slice(0, -1)},"cts":1672304484976}`), 'snapshot')
})

test('what is no name of an instrument is refused, and ends nothing', () => {
  for (const symbol of ['', ' ', 'A B', 'A\\"B', 'A\\\\B', '\\u0041BC', '币'.repeat(22), 'A'.repeat(41)])
    equal(['malformed', 'unknown-symbol'].includes(verdict(trade(symbol))), true, symbol)
})
