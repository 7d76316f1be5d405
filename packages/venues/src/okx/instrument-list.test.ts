import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formatMinor, notional } from '@velocimex/core/market/money'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import { recordedLines, recordings } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import { splitInstId } from './inst-id.ts'
import { parseInstrumentList } from './instrument-list.ts'

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const parse = (text: string) => {
  const parsed = parseInstrumentList('okx', text)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}
const fixture = (name: string) => parse(readFileSync(new URL(`okx/fixtures/${name}`, place), 'utf8'))

/** Name, kind, base, quote, expiry; undefined where the form is none of the venue's. */
const NAMES: readonly (readonly [string, string | undefined])[] = [
  ['BTC-USDT', 'spot BTC USDT '],
  ['BTC-USDT-SWAP', 'perpetual BTC USDT '],
  ['BTC-USD-220527', 'future BTC USD 220527'],
  ['BTC-USD-220325-40000-C', 'option BTC USD 220325-40000-C'],
  ['BTC-USD_UM-SWAP', 'perpetual BTC USD_UM '],
  ['BTC', undefined],
  ['-USDT', undefined],
  ['BTC-USDT-SWAP-1', undefined],
  ['BTC-USD-2205', undefined],
  ['BTC-USD-220325-40000', undefined],
  ['BTC-USD-220325-40000-X', undefined],
  ['BTC-USD-220325-40000-C-1', undefined],
]
for (const [name, parts] of NAMES)
  test(`the name ${name} says ${parts ?? 'nothing'}`, () => {
    const split = splitInstId(name)
    equal(split === undefined ? undefined : `${split.kind} ${split.base} ${split.quote} ${split.expiry}`, parts)
  })

test('the list of 2022 is read whole: 513 spot, 166 swaps, 104 futures, 696 options', { skip }, () => {
  const lines = recordedLines(new URL('okx/instruments-2022-05-13.jsonl.gz', place))
  const lists = lines.map(({ raw }) => parse(raw))
  deepEqual(
    lists.map(({ instruments, skipped }) => [instruments.length, skipped.length]),
    [
      [513, 0],
      [166, 0],
      [104, 0],
      [346, 0],
      [350, 0],
    ],
  )
  const swaps = findVenue('okx-swap')!.members[0]
  deepEqual(
    lines.map(({ raw }) => {
      const parsed = swaps.parseInstruments(raw)
      return parsed.ok ? parsed.value.instruments.length : -1
    }),
    [0, 166, 0, 0, 0],
  )
})

test('what a contract is worth: linear, inverse, option', { skip }, () => {
  const lists = recordedLines(new URL('okx/instruments-2022-05-13.jsonl.gz', place))
  const all = lists.flatMap(({ raw }) => parse(raw).instruments)
  const worth = (symbol: string, price: number, quantity: number): string => {
    const { contract, settle, unified } = all.find(each => each.symbol === symbol)!
    return `${unified} ${formatMinor(notional(price as Ticks, quantity as Lots, contract), settle)} ${settle.code}`
  }
  // One contract at 30,000: a hundredth of a bitcoin; 100 dollars; 0.0005 of a tenth of a bitcoin.
  equal(worth('BTC-USDT-SWAP', 300_000, 1), 'BTC/USDT:USDT 300.00000000 USDT')
  equal(worth('BTC-USD-SWAP', 300_000, 1), 'BTC/USD:BTC 0.00333333 BTC')
  equal(worth('BTC-USD-220520', 300_000, 3), 'BTC/USD:BTC-220520 0.01000000 BTC')
  equal(worth('BTC-USD-220514-22000-C', 1, 1), 'BTC/USD:BTC-220514-22000-C 0.00005000 BTC')
  equal(worth('BTC-USDT', 300_000, 100_000_000), 'BTC/USDT 30000.000000000 USDT')
})

test('fixtures of the lists of every type', { skip }, () => {
  for (const [name, count] of [
    ['http_get_instruments_spot.json', 5],
    ['http_get_instruments_swap.json', 3],
    ['http_get_instruments_futures.json', 6],
    ['http_get_instruments_option.json', 4],
    ['ws_instruments.json', 1],
  ] as const) {
    const { instruments, skipped } = fixture(name)
    deepEqual([instruments.length, skipped.map(({ words }) => words)], [count, []], name)
  }
  const margin = fixture('http_get_instruments_margin.json')
  equal(margin.instruments.length, 0)
  ok(margin.skipped.every(({ words }) => words.startsWith('instType MARGIN')))
  const [swap] = fixture('ws_instruments.json').instruments
  deepEqual(swap!.bounds, { quantityMin: 1, quantityMax: 100_000_000, marketQuantityMax: 30_000 })
  deepEqual(
    [swap!.unified, swap!.price, swap!.fees],
    ['BTC/USDT:USDT', { decimals: 1, step: 1 }, { maker: 20_000, taker: 50_000 }],
  )
})

const SWAP = {
  ...{ instId: 'BTC-USDT-SWAP', instType: 'SWAP', ctType: 'linear', ctVal: '0.01', ctMult: '1', ctValCcy: 'BTC' },
  ...{ settleCcy: 'USDT', tickSz: '0.1', lotSz: '0.01', minSz: '0.01', maxLmtSz: '100', maxMktSz: '50' },
}
const INVERSE = { ...SWAP, instId: 'BTC-USD-SWAP', ctType: 'inverse', ctVal: '100', ctValCcy: 'USD', settleCcy: 'BTC' }

/** A definition that is not whole, and the words it is skipped with. */
const FAULTS: readonly (readonly [object, RegExp])[] = [
  [{ ...SWAP, instId: 7 }, /^instId$/],
  [{ ...SWAP, instId: 'BTC-USDT' }, /form of its instType/],
  [{ ...SWAP, instType: 'EVENTS' }, /^instType$/],
  [{ ...SWAP, tickSz: '' }, /^tickSz$/],
  [{ ...SWAP, tickSz: '0' }, /^tickSz$/],
  [{ ...SWAP, lotSz: '1e-3' }, /^lotSz$/],
  [{ ...SWAP, ctVal: '' }, /^ctVal or ctMult$/],
  [{ ...SWAP, ctMult: '-1' }, /^ctVal or ctMult$/],
  [{ ...SWAP, ctType: '' }, /^ctType$/],
  [{ ...SWAP, ctValCcy: 'USDT' }, /^ctValCcy is not BTC$/],
  [{ ...SWAP, settleCcy: '' }, /^settleCcy$/],
  [{ ...INVERSE, settleCcy: 'USDT' }, /inverse contract/],
  [{ ...INVERSE, tickSz: '0.3' }, /tickSz does not divide/],
  [{ ...SWAP, instId: 'BTC-USDT', instType: 'SPOT', baseCcy: 'ETH', quoteCcy: 'USDT' }, /^baseCcy or quoteCcy$/],
]
for (const [entry, words] of FAULTS)
  test(`a definition is skipped: ${words.source}, ${JSON.stringify(entry).slice(0, 60)}`, () => {
    const { instruments, skipped } = parse(JSON.stringify({ code: '0', msg: '', data: [entry, SWAP, SWAP, 5] }))
    equal(instruments.length, 1)
    equal(skipped.length, 3)
    match(skipped[0]!.words, words)
    deepEqual(
      skipped.slice(1).map(({ symbol, words }) => `${symbol}: ${words}`),
      ['BTC-USDT-SWAP: listed twice', '#3: not an object'],
    )
  })

test('an answer that is no list is refused', () => {
  for (const text of [
    '',
    '[]',
    '{"data":[]}',
    '{"code":"50011","msg":"Too Many Requests","data":[]}',
    '{"code":"0","data":{}}',
  ])
    deepEqual(parseInstrumentList('okx', text), { ok: false, reason: 'malformed' })
})
