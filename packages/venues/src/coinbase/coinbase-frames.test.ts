import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FrameKind, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import { type CodecTrial, recordings } from '../market-codec.conformance.ts'
import { trialOf } from './codec-trial.conformance.ts'
import { COINBASE, coinbase } from './coinbase-venue.ts'

const TIME = '2026-08-09T21:05:48.228971266Z'
const frame = (channel: string, events: string, sequence = '13'): string =>
  `{"channel":"${channel}","timestamp":"${TIME}","sequence_num":${sequence},"events":[${events}]}`
const level = (price: string, size = '"1"', time = TIME, side = 'bid'): string =>
  `{"side":"${side}","event_time":"${time}","price_level":${price},"new_quantity":${size}}`
const book = (rows: string, product = 'BTC-USD'): string =>
  frame('l2_data', `{"type":"update","product_id":"${product}","updates":[${rows}]}`)
const trades = (...rows: string[]): string => frame('market_trades', `{"type":"update","trades":[${rows}]}`)
const trade = (id: string, price = '"1"', size = '"1"', side = 'BUY', time = TIME): string =>
  `{"trade_id":"${id}","product_id":"BTC-USD","price":${price},"size":${size},"side":"${side}","time":"${time}"}`
const match = (fields: string): string =>
  `{"type":"match","product_id":"BTC-USD","side":"sell","time":"${TIME}",${fields}}`

test('P-21 rows of any sides, instants and numbers are read in one pass as with care, and as the oracle reads them', () => {
  const trial = trialOf()
  const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words)
  const right = word('65062.5', '65061.91', '1', '0.25', '0', '2.50', '0.00583', '1919.5', '123456789012.5')
  const number = fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: word('01', '1.', '.5', '1e2', '') })
  // Most are that of the row before, or as long and another in one digit.
  const near = [...TIME].flatMap((digit, at) =>
    /\d/.test(digit) ? [`${TIME.slice(0, at)}${(Number(digit) + 1) % 10}${TIME.slice(at + 1)}`] : [],
  )
  const far = word('2026-08-09T21:05:48.1703Z', '1970-01-01T00:00:00Z', 'now')
  const time = fc.oneof({ weight: 6, arbitrary: word(TIME) }, { weight: 2, arbitrary: word(...near) }, far)
  const row = fc
    .tuple(number, number, time, word('bid', 'bid', 'offer', 'offer', 'ask'))
    .map(([price, size, at, side]) => level(`"${price}"`, `"${size}"`, at, side))
  let accepted = 0
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      word('BTC-USD', 'BTC-USD', 'ETH-USD', 'SKL-USD'),
      (rows, product) => {
        const text = book(rows.join(), product)
        const quick = trial.agree(Buffer.from(text))
        deepEqual(trial.agree(Buffer.from(` ${text}`)), quick, text)
        if ('kind' in quick) accepted++
      },
    ),
    { numRuns: 10_000 },
  )
  ok(accepted > 500, String(accepted))
})

const HOSTILE: readonly (readonly [reason: string, frame: string])[] = [
  ['unknown-symbol', book(level('"1"'), 'DOGE-USD')],
  ['off-grid', book(level('"1.001"'))],
  ['off-grid', book(level('"1"', '"0.000000001"'))],
  ['bad-number', book(level('"0.00"'))],
  ['bad-number', book(level('"-1"'))],
  ['bad-number', book(level('"1e5"'))],
  ['bad-number', book(level('"01"'))],
  ['bad-number', book(level('""'))],
  ['bad-number', book(level('"90071992547409.92"'))],
  ['bad-number', book(level('"123456789012345678.00"'))],
  ['malformed', book(level('1'))],
  ['malformed', book(level('null'))],
  ['malformed', book(level('"1"', '"1"', TIME, 'buy'))],
  ['missing-field', book(level('"1"').replace('"side":"bid",', ''))],
  ['missing-field', book(level('"1","price_level":"1"'))],
  ['malformed', book(level('"1"').replace('"side"', '"\\u0073ide"'))],
  ['malformed', book(level('"1"').replace('"bid"', '"\\u0062id"'))],
  ['malformed', book('[]')],
  ['malformed', book('1')],
  ['malformed', book(`${level('"1"')},`)],
  ['bad-number', book(level('"1"', '"1"', '2026-02-29T00:00:00Z'))],
  ['bad-number', book(level('"1"', '"1"', '2026-13-01T00:00:00Z'))],
  ['bad-number', book(level('"1"', '"1"', '2026-08-09T24:00:00Z'))],
  ['bad-number', book(level('"1"', '"1"', '2026-08-09T21:05:48.1234567890Z'))],
  ['bad-number', book(level('"1"', '"1"', '2026-08-09T21:05:48+00:00'))],
  ['bad-number', book(level('"1"', '"1"', '0001-01-01T00:00:00Z'))],
  ['bad-number', book(level('"1"', '"1"', '2026-08-09 21:05:48Z'))],
  ['bad-number', trades(trade('1', '"1"', '"0"'))],
  ['malformed', trades(trade('1', '"1"', '"1"', 'buy'))],
  ['malformed', trades(trade('1'.repeat(65)))],
  ['malformed', trades(trade('1\\u0031'))],
  ['bad-number', frame('heartbeats', '', '9007199254740992')],
  ['bad-number', frame('heartbeats', '', '1.0')],
  ['bad-number', frame('heartbeats', '', '1e1')],
  ['bad-number', frame('heartbeats', '', '-1')],
  ['malformed', frame('heartbeats', '', '01')],
  ['malformed', frame('heartbeats', '', '"1"')],
  ['unknown-kind', frame('l2_dat', '')],
  ['unknown-kind', frame('full', '')],
  ['malformed', frame('l2_data', '{"type":"other","product_id":"BTC-USD","updates":[]}')],
  ['missing-field', frame('l2_data', '{"type":"update","product_id":"BTC-USD"}')],
  ['missing-field', frame('heartbeats', '').replace('"sequence_num":13,', '')],
  ['missing-field', frame('heartbeats', '').replace('{', '{"channel":"heartbeats",')],
  ['malformed', frame('heartbeats', '').replace('{', '{"type":"error",')],
  ['malformed', frame('heartbeats', '').replace('channel', '\\u0063hannel')],
  ['malformed', `${frame('heartbeats', '')}x`],
  ['malformed', frame('heartbeats', '').replace('[', '[1,')],
  ['missing-field', match('"price":"1","size":"1"')],
  ['bad-number', match('"price":"1","size":"0","trade_id":1')],
  ['bad-number', match('"price":"1","size":"1","trade_id":1.5')],
  ['bad-number', match('"price":"1","size":"1","trade_id":9007199254740992')],
  ['malformed', match('"price":1,"size":"1","trade_id":1')],
  ['malformed', '{"type":"l2update","product_id":"BTC-USD","time":"2019-08-14T20:42:27Z","changes":[["bid","1","1"]]}'],
  ['malformed', '{"type":"l2update","product_id":"BTC-USD","time":"2019-08-14T20:42:27Z","changes":[["buy","1"]]}'],
  [
    'malformed',
    '{"type":"l2update","product_id":"BTC-USD","time":"2019-08-14T20:42:27Z","changes":[["buy","1","1","1"]]}',
  ],
  ['malformed', '{"type":"snapshot","product_id":"BTC-USD","bids":[["1","1","1"]],"asks":[]}'],
  ['missing-field', '{"type":"snapshot","product_id":"BTC-USD","bids":[]}'],
  ['missing-field', '{"type":"l2update","product_id":"BTC-USD","changes":[]}'],
  ['unknown-kind', '{"type":"somethingNew","product_id":"BTC-USD"}'],
  ['unknown-kind', '{"__proto__":{"type":"match"}}'],
  ['unknown-kind', '{}'],
  ['malformed', '[]'],
  ['malformed', '"text"'],
  ['malformed', ''],
  ['malformed', `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`],
  ['malformed', '['.repeat(100_000)],
]
for (const [reason, text] of HOSTILE)
  test(`coinbase refuses as ${reason}: ${text.slice(0, 40)} ... ${text.slice(100, 230)}`, () => {
    deepEqual(trialOf().agree(Buffer.from(text)), { refused: reason })
  })

/** The records of a frame in words: kind, flags, instrument, instant with its nanoseconds, extra and lanes. */
function told(trial: CodecTrial, text: string, asSnapshotOf?: number): unknown[] {
  const { codec } = trial
  const to = trial.put(Buffer.from(text))
  const kind =
    asSnapshotOf === undefined ? codec.decode(0, to, 17, 5) : codec.decodeSnapshot(0, to, asSnapshotOf, 17, 5)
  ok(kind >= 0, `${REFUSAL_NAMES[-kind]}: ${text.slice(0, 200)}`)
  const record = new EventRecord(codec.batch)
  return Array.from({ length: codec.batch.count }, (_, at) => {
    const { lane0, lane1, lane2, lane3, flags, extra } = record.at(at)
    const set = Object.keys(Flag).filter(name => (flags & Flag[name as keyof typeof Flag]) !== 0)
    const instant = `${record.venueTime}.${record.venueNanos}`
    equal(record.receiveTime * 1000 + record.receiveNanos, 17_005)
    return [KIND_NAMES[record.kind], set.join(' '), record.instrument, instant, extra, lane0, lane1, lane2, lane3]
  })
}

test('a level has its own instant, or that of the frame where it has none', () => {
  const trial = trialOf()
  const rows = `${level('"2.50"', '"0.5"', '2026-08-09T21:05:48.17Z')},${level('"3"', '"0.00"', '1970-01-01T00:00:00Z', 'offer')}`
  deepEqual(told(trial, book(rows)), [
    ['level', 'bid', 0, '1786309548170000.0', 0, 250, 50_000_000, 13, 0],
    ['level', 'last', 0, '1786309548228971.266', 0, 300, 0, 13, 0],
  ])
  deepEqual([{ ...trial.codec.ids }, trial.codec.sequence], [{ first: -1, last: 13, previous: -1 }, 13])
})

test('the maker of a trade stands on the other side than its aggressor, and trades run from old to new', () => {
  const newest = [trade('9', '"1"', '"1"', 'BUY'), trade('8', '"2"', '"1"', 'SELL', '2026-08-09T21:05:47Z')]
  deepEqual(told(trialOf(), trades(...newest)), [
    ['trade', 'aggressorBuy', 0, '1786309547000000.0', 1, 200, 100_000_000, 8, 8],
    ['trade', 'last', 0, '1786309548228971.266', 1, 100, 100_000_000, 9, 9],
  ])
})

test('an id that is no number below 2^53 keeps its last digits and says so', () => {
  for (const [id, kept, flags] of [
    ['9007199254740991', 9_007_199_254_740_991, 'last'],
    ['9007199254740993', 7_199_254_740_993, 'last truncatedId'],
    ['ab-0012', 12, 'last truncatedId'],
    ['', 0, 'last truncatedId'],
  ] as const)
    deepEqual(told(trialOf(), trades(trade(id))), [
      ['trade', flags, 0, '1786309548228971.266', 1, 100, 100_000_000, kept, kept],
    ])
})

test('frames that touch in the receive buffer are read one by one', () => {
  const { codec } = trialOf()
  const frames = [book(level('"1"')), trades(trade('1')), book(level('"2"'))].map(text => Buffer.from(text))
  codec.buffer.set(Buffer.concat(frames))
  let from = 0
  const kinds = frames.map(({ length }) => {
    const kind = codec.decode(from, from + length, 0, 0)
    from += length
    return kind
  })
  deepEqual(kinds, [FrameKind.depth, FrameKind.trade, FrameKind.depth])
})

test('P-21 ten megabytes of anything are answered without ten more', () => {
  const codec = coinbase.makeCodec(new InstrumentTable([]), 10 << 20, 16, 0)
  const room = codec.buffer.length - SLACK
  for (const filling of ['[', '{"a":', '"', '1', ' ', '[[],', '{"a":[],']) {
    for (let at = 0; at < room; at += filling.length) codec.buffer.set(Buffer.from(filling), at)
    const before = process.memoryUsage().heapUsed
    ok(codec.decode(0, room, 0, 0) < 0)
    ok(process.memoryUsage().heapUsed - before < 1 << 20)
  }
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const fixture = (name: string): string => readFileSync(new URL(`coinbase/fixtures/${name}`, place), 'utf8')

/** BTC-USD and ETH-USD as the product list has them, and BTC-USDC. */
function listed(): InstrumentTable {
  const list = coinbase.parseInstruments(fixture('http_products.json'))
  ok(list.ok)
  return new InstrumentTable(list.value.instruments)
}

const AT = '2026-04-07T14:30:0'
const micros = (text: string): string => `${Date.parse(`${AT}${text}`) * 1000}.0`
const FIXTURES: Readonly<Record<string, readonly unknown[]>> = {
  'ws_candles.json': [
    ['bar', '', 0, '1775521800000000.0', 300, 6_890_000, 6_895_000, 6_885_000, 6_892_050],
    ['bar-volume', 'last', 0, micros('5Z'), 300, 4_215_000_000, 0, 0, 0],
  ],
  'ws_heartbeats.json': [],
  'ws_l2_data_snapshot.json': [
    [6_890_000, 150_000_000, 'snapshot bid'],
    [6_889_950, 75_000_000, 'snapshot bid'],
    [6_889_900, 230_000_000, 'snapshot bid'],
    [6_890_100, 50_000_000, 'snapshot'],
    [6_890_150, 120_000_000, 'snapshot'],
    [6_890_200, 80_000_000, 'snapshot last'],
  ].map(([price, lots, flags]) => ['level', flags, 0, '1775572200123456.0', 0, price, lots, 0, 0]),
  'ws_l2_data_update.json': [
    ['level', 'bid', 0, '1775572201456789.0', 0, 6_890_000, 200_000_000, 1, 0],
    ['level', 'last', 0, '1775572201456789.0', 0, 6_890_100, 0, 1, 0],
  ],
  'ws_market_trades.json': [
    ['trade', '', 0, '1775572202789012.0', 1, 6_890_050, 150_000, 995_098_700, 995_098_700],
    ['trade', 'last aggressorBuy', 0, '1775572202800000.0', 1, 6_890_000, 5_000_000, 995_098_701, 995_098_701],
  ],
  'ws_subscriptions.json': [],
  'ws_ticker.json': [['quote', 'last', 0, micros('3Z'), 0, 6_890_000, 150_000_000, 6_890_100, 50_000_000]],
  'ws_user.json': [],
}
for (const [name, records] of Object.entries(FIXTURES))
  test(`the published ${name} is read as it is meant`, { skip }, () => {
    const trial = trialOf(listed())
    const text = fixture(name)
    ok('kind' in trial.agree(Buffer.from(text)))
    deepEqual(told(trial, text), records)
  })

test('the published product_book is a book of five levels a side', { skip }, () => {
  const trial = trialOf(listed())
  const text = fixture('http_product_book.json')
  trial.agree(Buffer.from(text), trial.bothSnapshots(Buffer.from(text), 0))
  const records = told(trial, text, 0)
  equal(records.length, 10)
  deepEqual(records[0], ['level', 'snapshot bid', 0, '1775521739662782.0', 0, 6_892_366, 17_189_468, 0, 0])
  deepEqual(records[9], ['level', 'snapshot last', 0, '1775521739662782.0', 0, 6_892_800, 5_800_000, 0, 0])
})

test('a book of the exchange over REST counts orders in its third cell', () => {
  const text = '{"bids":[["1.50","2",3]],"asks":[["1.6","1","da863862"]],"sequence":7,"time":"2026-08-09T21:05:48Z"}'
  const trial = trialOf()
  trial.agree(Buffer.from(text), trial.bothSnapshots(Buffer.from(text), 0))
  deepEqual(told(trial, text, 0), [
    ['level', 'snapshot bid', 0, '1786309548000000.0', 0, 150, 200_000_000, 0, 0],
    ['level', 'snapshot last', 0, '1786309548000000.0', 0, 160, 100_000_000, 0, 0],
  ])
})

test('the published product lists give spot pairs and contracts', { skip }, () => {
  const facts = (name: string): unknown[] => {
    const list = coinbase.parseInstruments(fixture(name))
    ok(list.ok)
    deepEqual(list.value.skipped, [])
    return list.value.instruments.map(({ venue, symbol, unified, kind, price, quantity, bounds }) => {
      equal(venue, COINBASE)
      return [symbol, unified, kind, price, quantity, bounds]
    })
  }
  const cents = { decimals: 2, step: 1 }
  const tiny = { decimals: 8, step: 1 }
  const bounds = { quantityMin: 1, quantityMax: 340_000_000_000, notionalMin: 10_000_000_000n }
  deepEqual(facts('http_products.json'), [
    ['BTC-USD', 'BTC/USD', 'spot', cents, tiny, bounds],
    ['BTC-USDC', 'BTC/USDC', 'spot', cents, tiny, bounds],
  ])
  const [perpetual, future] = facts('http_products_future.json') as unknown[][]
  const whole = { decimals: 0, step: 1 }
  const contract = ['future', { decimals: 0, step: 5 }, whole, { quantityMin: 1, quantityMax: 5000 }]
  deepEqual(perpetual, ['BIP-20DEC30-CDE', 'BTC/USD:USD-301220', ...contract])
  deepEqual(future!.slice(0, 5), ['BIT-24APR26-CDE', 'BTC/USD:USD-260424', ...contract.slice(0, 3)])
})

test('a product that is not whole is skipped and named with the field at fault', () => {
  const whole = {
    product_id: 'A-B',
    base_currency_id: 'A',
    quote_currency_id: 'B',
    price_increment: '0.1',
    base_increment: '1',
  }
  const list = coinbase.parseInstruments(
    JSON.stringify({
      products: [whole, whole, { ...whole, product_id: 'C-B', base_increment: 'x' }, { product_id: 3 }, 1],
    }),
  )
  ok(list.ok)
  deepEqual(
    list.value.skipped.map(({ symbol, words }) => `${symbol}: ${words}`),
    ['A-B: listed twice', 'C-B: base_increment', '#3: product_id', '#4: not an object'],
  )
  for (const text of ['', '1', '{"products":1}', '{}', '"x"']) equal(coinbase.parseInstruments(text).ok, false, text)
})
