import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { MarketStatus } from '@velocimex/core/market/event-kind'
import { VENUES } from './venues.ts'
import { WIRES } from './wires.ts'

const { trading, halted, closed } = MarketStatus
const member = (id: string) => [...VENUES.values()].flatMap(({ members }) => members).find(each => each.id === id)!

/** What a venue says of X in its own words, as its answer. */
const ANSWERS: Readonly<Record<string, (word: string) => string>> = {
  'binance-spot': word => `{"symbols":[{"symbol":"X","status":${word}},{"symbol":"Y","status":"TRADING"}]}`,
  'binance-usdm': word => `{"symbols":[{"symbol":"X","status":${word}}]}`,
  'bybit-spot': word => `{"retCode":0,"result":{"category":"spot","list":[{"symbol":"X","status":${word}}]}}`,
  'bybit-linear': word => `{"retCode":0,"result":{"category":"linear","list":[{"symbol":"X","status":${word}}]}}`,
  deribit: word => `{"jsonrpc":"2.0","result":{"instrument_name":"X","state":${word}}}`,
}
const WORDS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  'binance-spot': [
    ['TRADING', trading],
    ['BREAK', halted],
    ['HALT', halted],
    ['CANCEL_ONLY', halted],
    ['END_OF_DAY', closed],
  ],
  'binance-usdm': [
    ['TRADING', trading],
    ['TRADING_HALT', halted],
    ['SETTLING', closed],
  ],
  'bybit-spot': [
    ['Trading', trading],
    ['Closed', closed],
  ],
  'bybit-linear': [
    ['Trading', trading],
    ['PreLaunch', closed],
    ['Delivering', closed],
  ],
  deribit: [
    ['open', trading],
    ['locked', halted],
    ['halted', halted],
    ['delivered', closed],
  ],
}
const X = new Set(['X'])

for (const [id, answer] of Object.entries(ANSWERS)) {
  const read = (text: string) => member(id).parseStatuses!(text, X)
  test(`D60 ${id}: an answer about instruments in the venue's words`, () => {
    for (const [word, status] of WORDS[id]!)
      deepEqual(read(answer(`"${word}"`)), { ok: true, value: [{ symbol: 'X', status }] })
  })
  test(`D60 ${id}: a word that is not known is a halt, and is told; never is it taken for trading`, () => {
    for (const word of ['"open for business"', '"constructor"', '"trading "', '1', 'null', '[]'])
      deepEqual(read(answer(word)), {
        ok: true,
        value: [{ symbol: 'X', status: halted, unknown: String(JSON.parse(word)) }],
      })
  })
  test(`D60 ${id}: what is no such answer is refused`, () => {
    const whole = answer(`"${WORDS[id]![0]![0]}"`)
    for (let length = 0; length < whole.length; length++) equal(read(whole.slice(0, length)).ok, false)
    for (const text of ['', '[]', '{}', 'null', '{"result":[]}', '{"symbols":{}}', '{"retCode":10006,"result":{}}'])
      equal(read(text).ok, false, text)
  })
}

test('D60 a venue that is asked is one whose sockets do not tell it, and each knows how to read the answer', () => {
  for (const [id, wire] of WIRES) {
    const isAsked = wire.statusQuery !== undefined
    equal(isAsked, member(id).parseStatuses !== undefined, id)
    equal(isAsked || wire.topics('BTC-USDT', ['status']).length > 0, true, id)
    for (const path of wire.statusQuery?.paths(['A B', 'C']) ?? []) equal(/^\/[!-~]+$/.test(path), true, path)
  }
})
