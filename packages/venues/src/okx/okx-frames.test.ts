import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FRAME_KIND_NAMES, FrameKind, REFUSAL_NAMES, Refusal } from '@velocimex/core/feed/market-codec'
import { KIND_NAMES, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { recordings } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import { okxVenue, trialOf } from './codec-trial.conformance.ts'
import { splitInstId } from './inst-id.ts'
import { makeInstrument } from './make-instrument.ts'
import { OkxCodec } from './okx-codec.ts'

const trade = (fields: string, channel = 'trades'): string =>
  `{"arg":{"channel":"${channel}","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT",${fields}}]}`
const GOOD = trade('"tradeId":"5","px":"1","sz":"1","side":"buy","ts":"1","count":"2"')
const book = (fields: string, action = '"action":"update",', channel = 'books'): string =>
  `{"arg":{"channel":"${channel}","instId":"BTC-USDT"},${action}"data":[{"asks":[],"bids":[],"ts":"1",${fields}}]}`
const rows = (text: string): string => book('"seqId":1,"prevSeqId":1').replace('"asks":[]', `"asks":${text}`)
const bar = (cells: string, channel = 'candle1m'): string =>
  `{"arg":{"channel":"${channel}","instId":"BTC-USDT"},"data":[[${cells}]]}`
const of = (channel: string, fields: string): string =>
  `{"arg":{"channel":"${channel}","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT",${fields}}]}`

const HOSTILE: readonly (readonly [reason: string, frame: string])[] = [
  ['unknown-symbol', GOOD.replaceAll('BTC', 'DOGE')],
  ['malformed', GOOD.replace('"instId":"BTC-USDT"},', '"instId":"PEPE-USDT"},')],
  ['malformed', GOOD.replace('BTC', '\\u0042TC')],
  ['malformed', GOOD.replace('trades', 'tr\\u0061des')],
  ['unknown-kind', GOOD.replace('trades', 'tradez')],
  ['unknown-kind', '{"event":"surprise","arg":{}}'],
  ['malformed', '{"event":"subscribe","data":[]}'],
  ['missing-field', '{"arg":{"channel":"trades","instId":"BTC-USDT"}}'],
  ['malformed', '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[]}'],
  ['malformed', '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":{}}'],
  ['missing-field', '{"arg":{"instId":"BTC-USDT"},"data":[{}]}'],
  ['missing-field', GOOD.replace('{"arg"', '{"data":1,"arg"')],
  ['malformed', GOOD.replace('"data"', '"action":"update","data"')],
  ['missing-field', GOOD.replace('"count"', '"connt"')],
  ['missing-field', GOOD.replace('"px"', '"pz"')],
  ['missing-field', GOOD.replace('"px":"1"', '"px":"1","px":"2"')],
  ['malformed', GOOD.replace('buy', 'buj')],
  ['malformed', GOOD.replace('"tradeId":"5"', '"tradeId":5')],
  ['malformed', GOOD.replace('"ts":"1"', '"ts":1')],
  ['bad-number', GOOD.replace('"tradeId":"5"', '"tradeId":"05"')],
  ['bad-number', GOOD.replace('"tradeId":"5"', '"tradeId":"9007199254740992"')],
  ['bad-number', GOOD.replace('"tradeId":"5"', '"tradeId":"5.0"')],
  ['bad-number', GOOD.replace('"tradeId":"5"', '"tradeId":"1"').replace('"count":"2"', '"count":"3"')],
  ['bad-number', GOOD.replace('"count":"2"', '"count":"0"')],
  ['bad-number', GOOD.replace('"sz":"1"', '"sz":"0.0"')],
  ['bad-number', GOOD.replace('"px":"1"', '"px":"0"')],
  ['bad-number', GOOD.replace('"px":"1"', '"px":"1e2"')],
  ['bad-number', GOOD.replace('"ts":"1"', '"ts":"99999999999999"')],
  ['off-grid', GOOD.replace('"px":"1"', '"px":"1.001"')],
  ['malformed', `${GOOD}${GOOD}`],
  ['malformed', `${GOOD}x`],
  ['malformed', GOOD.slice(0, -1)],
  ['missing-field', book('"seqId":1,"prevSeqId":1', '')],
  ['malformed', book('"seqId":1,"prevSeqId":1', '"action":"merge",')],
  ['malformed', book('"seqId":1', '"action":"snapshot",', 'books5')],
  ['missing-field', book('"seqId":1')],
  ['missing-field', book('"prevSeqId":1')],
  ['missing-field', book('"checksum":0')],
  ['missing-field', book('"seqIe":1,"prevSeqId":1')],
  ['bad-number', book('"seqId":-1,"prevSeqId":1')],
  ['bad-number', book('"seqId":1,"prevSeqId":-2')],
  ['bad-number', book('"seqId":1.5,"prevSeqId":1')],
  ['malformed', book('"seqId":1,"prevSeqId":1e3')],
  ['bad-number', book('"seqId":9007199254740992,"prevSeqId":1')],
  ['bad-number', book('"checksum":2147483648')],
  ['malformed', book('"seqId":1,"prevSeqId":1').replace('}]}', '},{}]}')],
  ['malformed', rows('[["1","1","0"]]')],
  ['malformed', rows('[["1","1","0","1","1"]]')],
  ['malformed', rows('[[1,1,0,1]]')],
  ['malformed', rows('[["1","1","0","1"],]')],
  ['bad-number', rows('[["0","1","0","1"]]')],
  ['bad-number', rows('[["1","-1","0","1"]]')],
  ['bad-number', rows('[["1","1","0","1.5"]]')],
  ['malformed', rows('[["1","1","x","1"]]')],
  ['off-grid', rows('[["1.5","1","0","1"],["1.555","1","0","1"]]')],
  ['malformed', bar('"1","1","1","1","1","1","1","1"')],
  ['malformed', bar('"1","1","1","1","1","1","1","1","0","0"')],
  ['bad-number', bar('"1","1","1","1","1","1","1","1","2"')],
  ['bad-number', bar('"1","0","1","1","1","1","1","1","0"')],
  ['unknown-kind', bar('"1","1","1","1","1","1","1","1","0"', 'candle7m')],
  ['unknown-kind', bar('"1","1","1","1","1","1","1","1","0"', 'candle1mutc')],
  ['bad-number', of('mark-price', '"markPx":"-1","ts":"1"')],
  ['bad-number', of('mark-price', '"markPx":"9007199254740992","ts":"1"')],
  ['missing-field', of('funding-rate', '"fundingRate":"0.1","ts":"1"')],
  ['unknown-kind', '{"arg":{"channel":"instruments"},"data":[{"instId":"BTC-USDT","state":"new state"}]}'],
  ['missing-field', '{"arg":{"channel":"instruments"},"data":[{"instId":"BTC-USDT","state":"live","state":"live"}]}'],
  ['malformed', `${'{"arg":'.repeat(50)}1${'}'.repeat(50)}`],
  ['malformed', '['.repeat(100_000)],
  ['malformed', 'ping'],
]
for (const [reason, frame] of HOSTILE)
  test(`okx refuses as ${reason}: ${frame.slice(0, 130)}`, () => {
    const made = trialOf().agree(Buffer.from(frame))
    deepEqual(made, { refused: reason })
  })

const CONTROL: readonly string[] = [
  'pong',
  '{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}',
  '{"event":"notice","code":"64008","msg":"The connection will soon be closed","connId":"a4d3ae55"}',
  '{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"abcd1234"}',
  '{"arg":{"channel":"price-limit","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","buyLmt":"x"}]}',
  '{"arg":{"channel":"mark-price-candle1m","instId":"BTC-USDT"},"data":[["1","2","3","4","5","0"]]}',
  of('tickers', '"askPx":"","askSz":"","bidPx":"1","bidSz":"1","ts":"1"'),
  of('tickers', '"askPx":"2","askSz":"1","bidPx":"0","bidSz":"0","ts":"1"'),
  of('funding-rate', '"fundingRate":"","fundingTime":"1","ts":"1"'),
  of('mark-price', '"markPx":"","ts":"1"'),
  '{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[],"bids":[["1","1","0","1"]],"ts":"1","seqId":5}]}',
  '{"arg":{"channel":"instruments","instType":"SPOT"},"data":[{"instId":"OTHER-USDT","state":"new state"}]}',
]
for (const frame of CONTROL)
  test(`okx passes over ${frame.slice(0, 110)}`, () => {
    deepEqual(trialOf().agree(Buffer.from(frame)), {
      kind: 'control',
      ids: { first: -1, last: -1, previous: -1 },
      instrument: -1,
      records: '',
    })
  })

const FIXTURES = new URL('okx/fixtures/', recordings() ?? 'file:///absent/')
const skip = existsSync(FIXTURES) ? false : 'the recordings are not beside the checkout'
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES))

/** Instruments of the fixtures, with a grid for every digit in them. */
const TABLE = new InstrumentTable(
  ['BTC-USDT', 'BTC-USDT-SWAP', 'BTC-USD'].map((symbol, index) => {
    const parts = splitInstId(symbol)!
    const grids = { price: { decimals: 2, step: 1 }, quantity: { decimals: 8, step: 1 }, bounds: {} }
    return makeInstrument('okx', index, { symbol, ...parts, settle: parts.quote, ...grids, grids: 'published' })
  }),
)

interface Read {
  readonly kind: string
  readonly records: string[]
  readonly ids: object
  readonly checksum: number
}

/** Reads a message: its kind, and its records as `kind flags instrument@time lanes extra`. */
function read(bytes: Buffer, answerOf?: string, instrument = 0): Read {
  const codec = okxVenue.makeCodec(TABLE, 1 << 20, 100, 0)
  ok(codec instanceof OkxCodec)
  codec.buffer.set(bytes)
  const code =
    answerOf === undefined
      ? codec.decode(0, bytes.length, 1, 0)
      : answerOf === 'books'
        ? codec.decodeSnapshot(0, bytes.length, instrument, 1, 0)
        : codec.decodeAnswer(answerOf, 0, bytes.length, instrument, 1, 0)
  const record = new EventRecord(codec.batch)
  const records = Array.from({ length: codec.batch.count }, (_, at) => {
    const { kind, flags, instrument, venueTime, extra, lane0, lane1, lane2, lane3 } = record.at(at)
    const named = Object.entries(Flag).filter(([, bit]) => (flags & bit) !== 0)
    const names = named.map(([name]) => name).join('|')
    return `${KIND_NAMES[kind]} ${names} ${instrument}@${venueTime} ${lane0} ${lane1} ${lane2} ${lane3} x${extra}`
  })
  const kind = code < 0 ? REFUSAL_NAMES[-code]! : FRAME_KIND_NAMES[code]!
  return { kind, records, ids: { ...codec.ids }, checksum: codec.checksum }
}

test('fixture ws_books_snapshot.json: a whole book with numbers, order counts and a checksum', { skip }, () => {
  const { kind, records, ids, checksum } = read(fixture('ws_books_snapshot.json'))
  equal(kind, 'snapshot')
  deepEqual(ids, { first: -1, last: 123456, previous: -1 })
  equal(checksum, -855196043)
  equal(records.length, 16)
  equal(records[0], 'level snapshot 0@1597026383085000 847698 41500000000 123456 13 x0')
  equal(records[15], 'level snapshot|last|bid 0@1597026383085000 844600 9500000000 123456 3 x0')
})

test('fixture ws_books_update.json: changes; without a snapshot there is no checksum to compare', { skip }, () => {
  const { kind, records, ids, checksum } = read(fixture('ws_books_update.json'))
  equal(kind, 'depth')
  deepEqual(ids, { first: -1, last: 123457, previous: 123456 })
  equal(checksum, Number.NaN)
  equal(records.length, 16)
  equal(records[8], 'level bid 0@1597026383085000 847697 25600000000 123457 12 x0')
})

/** Fixture, the REST answer it is, kind, records. */
const MESSAGES: readonly (readonly [file: string, answerOf: string | undefined, kind: string, records: string[]])[] = [
  ['ws_bbo_tbt.json', undefined, 'quote', ['quote last 0@1597026383085000 847697 25600000000 847698 41500000000 x0']],
  ['ws_tickers.json', undefined, 'quote', ['quote last 0@1597026383085000 888888 500000000 999999 1100000000 x0']],
  [
    'ws_trades.json',
    undefined,
    'trade',
    ['trade last|aggressorBuy|aggregate 2@1630048897897000 4221990 12060306 130639474 130639472 x3'],
  ],
  [
    'ws_candle.json',
    undefined,
    'bar',
    [
      'bar closed 0@1597026383085000 853302 855374 852717 854826 x86400',
      'bar-volume last|closed 0@0 4524700000000 0 0 5529.5858061 x86400',
    ],
  ],
  ['ws_funding_rate.json', undefined, 'mark', ['funding last 1@1744590349506000 100000000 1744590349506000 0 0 x0']],
  ['ws_instruments.json', undefined, 'status', [`status last 1@0 ${MarketStatus.trading} 0 0 0 x0`]],
  [
    'http_get_trades.json',
    'trades',
    'trade',
    [
      'trade  0@1747087163557000 10253790 13669 734864333 734864333 x1',
      'trade last|aggressorBuy 0@1747087161666000 10253790 1250 734864332 734864332 x1',
    ],
  ],
  [
    'http_get_candlesticks.json',
    'candle1m',
    'bar',
    [
      'bar  0@1625097600000000 3352860 3387000 3352860 3378390 x60',
      'bar-volume  0@0 77883800000 0 0 0 x60',
      'bar  0@1625097660000000 3378390 3378390 3378210 3378210 x60',
      'bar-volume last 0@0 12300000 0 0 0 x60',
    ],
  ],
  [
    'http_get_candlesticks_full.json',
    'candle1m',
    'bar',
    [
      'bar closed 0@1747094040000000 10280610 10282040 10280610 10282040 x60',
      'bar-volume closed 0@0 104037000000 0 0 1069603.34883 x60',
      'bar closed 0@1747093980000000 10280600 10282050 10278310 10280610 x60',
      'bar-volume last|closed 0@0 716404000000 0 0 7364701.57952 x60',
    ],
  ],
  ['http_get_mark_price.json', 'mark-price', 'mark', ['mark last 1@1744590349506000 8466010000000 0 0 0 x0']],
  [
    'http_get_funding_rate_history.json',
    'funding-rate-history',
    'mark',
    [
      'funding  1@1704067200000000 150000000 1704067200000000 0 0 x0',
      'funding last 1@1704038400000000 -20000000 1704038400000000 0 0 x0',
    ],
  ],
  [
    'http_get_order_book.json',
    'books',
    'snapshot',
    [
      'level snapshot 0@1704067200000000 4100680 60038921 0 1 x0',
      'level snapshot 0@1704067200000000 4100690 30178218 0 2 x0',
      'level snapshot 0@1704067200000000 4100700 205842530 0 3 x0',
      'level snapshot|bid 0@1704067200000000 4100670 48792100 0 1 x0',
      'level snapshot|bid 0@1704067200000000 4100660 23970000 0 2 x0',
      'level snapshot|last|bid 0@1704067200000000 4100650 112500000 0 3 x0',
    ],
  ],
]
for (const [file, answerOf, kind, records] of MESSAGES)
  test(`fixture ${file} is read as ${kind}`, { skip }, () => {
    const instrument = /mark_price|funding/.test(file) ? 1 : 0
    const made = read(fixture(file), answerOf, instrument)
    deepEqual([made.kind, made.records], [kind, records])
  })

test('fixtures of the Greeks and of the index are known and passed over', { skip }, () => {
  const summary = JSON.parse(fixture('ws_opt_summary.json').toString())
  const frame = { arg: { channel: 'opt-summary', instFamily: 'BTC-USD' }, data: summary }
  equal(read(Buffer.from(JSON.stringify(frame))).kind, 'control')
  const index = JSON.parse(fixture('http_get_index_price.json').toString())
  const ticker = { arg: { channel: 'index-tickers', instId: 'BTC-USDT' }, data: index.data }
  equal(read(Buffer.from(JSON.stringify(ticker))).kind, 'control')
})

test('a venue of one type passes over the pushes of the others, and refuses only what it does not know of its own', () => {
  const codec = findVenue('okx-swap')!.members[0].makeCodec(TABLE, 1 << 16, 10, 0)
  const kindOf = (frame: string): number => codec.decode(0, Buffer.from(codec.buffer.buffer).write(frame), 1, 0)
  for (const name of ['ETH-USDT', 'ETH-USD-220527', 'ETH-USD-220325-40000-C'])
    equal(kindOf(GOOD.replaceAll('BTC-USDT', name)), FrameKind.control, name)
  equal(kindOf(GOOD.replaceAll('BTC-USDT', 'ETH-USDT-SWAP')), Refusal.unknownSymbol)
  equal(kindOf(GOOD.replaceAll('BTC-USDT', 'BTC-USDT-SWAP')), FrameKind.trade)
})

test('a REST answer that is an error is no empty book', () => {
  equal(read(Buffer.from('{"code":"50011","msg":"Too Many Requests","data":[]}'), 'books').kind, 'unknown-kind')
})
