import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FRAME_KIND_NAMES, FrameKind, REFUSAL_NAMES, Refusal, SLACK } from '@velocimex/core/feed/market-codec'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, leastAllocated, recordings } from '../market-codec.conformance.ts'
import { trialOf } from './codec-trial.conformance.ts'
import { kraken } from './kraken-venue.ts'

const TIME = '"timestamp":"2023-10-06T17:35:55.440295Z"'
const data = (channel: string, element: string, type = 'update'): string =>
  `{"channel":"${channel}","type":"${type}","data":[${element}]}`
const trade = (fields: string): string =>
  data('trade', `{"symbol":"BTC/USD","side":"buy",${fields},"trade_id":1,${TIME}}`)
const book = (fields: string): string => data('book', `{"symbol":"BTC/USD",${fields}}`)
const level = (price: string, quantity: string): string =>
  book(`"bids":[{"price":${price},"qty":${quantity}}],"asks":[],"checksum":1,${TIME}`)
const older = (payload: string, name = 'book-10', pair = 'XBT/USD'): string => `[1,${payload},"${name}","${pair}"]`
const oldLevel = (price: string, quantity: string, more = ''): string =>
  older(`{"a":[["${price}","${quantity}","1.5"${more}]],"c":"1"}`)
const ticker = (fields: string): string => data('ticker', `{"symbol":"BTC/USD",${fields}}`)
const GOOD = trade('"price":1.0,"qty":1')

const HOSTILE: readonly (readonly [reason: string, frame: string])[] = [
  ['unknown-symbol', GOOD.replace('BTC', 'LTC')],
  ['unknown-symbol', GOOD.replace('BTC/USD', 'XBT/USD')],
  ['unknown-symbol', older('{"a":[],"c":"1"}', 'book-10', 'BTC/USD')],
  ['missing-field', trade('"qty":1')],
  ['missing-field', trade('"price":1.0,"price":1.0,"qty":1')],
  ['missing-field', book('"bids":[],"asks":[]')],
  ['missing-field', book('"bids":[],"asks":[],"checksum":1,"timestamq":"2023-10-06T17:35:55Z"')],
  ['missing-field', ticker('"bie":1.0,"bid_qty":1,"ask":2.0,"ask_qty":1')],
  ['missing-field', '{"channel":"trade","data":[]}'],
  ['missing-field', '{"channel":"trade","type":"update"}'],
  ['missing-field', older('{"a":[]}')],
  ['missing-field', older('{"as":[]}')],
  ['missing-field', older('{"as":[],"bs":[],"c":"1"}')],
  ['missing-field', older('{"a":[],"c":"1","x":[]}')],
  ['missing-field', '[1,{"a":[]},{"a":[],"c":"1"},"book-10","XBT/USD"]'],
  ['malformed', GOOD.replace('"update"', '"updatf"')],
  ['malformed', trade('"price":"1.0","qty":1')],
  ['malformed', trade('"price":01.0,"qty":1')],
  ['malformed', trade('"price":.5,"qty":1')],
  ['malformed', trade('"price":1.,"qty":1')],
  ['malformed', trade('"price":1e,"qty":1')],
  ['malformed', GOOD.replace('"buy"', '"bux"')],
  ['malformed', GOOD.replace('BTC', '\\u0042TC')],
  ['malformed', GOOD.replace('"price"', '"\\u0070rice"')],
  ['malformed', `${GOOD}x`],
  ['malformed', oldLevel('1.0', '1', ',"q"')],
  ['malformed', older('[["1.0","1","1.5","x","l",""]]', 'trade')],
  ['malformed', older('[]', 'trade')],
  ['bad-number', trade('"price":-1.0,"qty":1')],
  ['bad-number', trade('"price":0.0,"qty":1')],
  ['bad-number', trade('"price":1.0,"qty":0.00')],
  ['bad-number', level('1e100', '1')],
  ['bad-number', level('1e22', '1')],
  ['bad-number', level('9007199254740993', '1')],
  ['bad-number', level(`1.${'0'.repeat(31)}`, '1')],
  ['bad-number', GOOD.replace('"trade_id":1', '"trade_id":1.5')],
  ['bad-number', GOOD.replace('"trade_id":1', '"trade_id":9007199254740992')],
  ['bad-number', GOOD.replace('10-06', '02-29')],
  ['bad-number', GOOD.replace('17:35', '24:35')],
  ['bad-number', GOOD.replace('Z"', '+00:00"')],
  ['bad-number', GOOD.replace('440295', '4402951234')],
  ['bad-number', book(`"bids":[],"asks":[],"checksum":4294967296,${TIME}`)],
  ['bad-number', '{"method":"subscribe","result":{"channel":"book","depth":0,"symbol":"BTC/USD"}}'],
  ['bad-number', oldLevel('1e5', '1')],
  ['off-grid', level('1.05', '1')],
  ['off-grid', level('1.0', '1e-9')],
  ['off-grid', oldLevel('1.01', '1')],
  ['unknown-kind', '{"channel":"hearbeat"}'],
  ['unknown-kind', '{"channel":"trade","method":"subscribe"}'],
  ['unknown-kind', '{"error":"x"}'],
  ['unknown-kind', data('status', '{"system":"asleep"}')],
  ['unknown-kind', older('{}', 'boot-10')],
  ['unknown-kind', older('{"a":[],"c":"1"}', 'book-0')],
  ['unknown-kind', '[1,2]'],
]
for (const [reason, frame] of HOSTILE)
  test(`P-21 ${reason}: ${frame.slice(0, 150)}`, () => {
    deepEqual(trialOf().agree(Buffer.from(frame)), { refused: reason })
  })

const IGNORED: readonly string[] = [
  '{"channel":"heartbeat"}',
  '{"method":"pong","req_id":101,"time_in":"2023-09-25T09:05:00.123456Z"}',
  '{"error":"Currency pair not supported XBT/USD","method":"subscribe","success":false,"symbol":"XBT/USD"}',
  '{"channel":"executions","type":"update","data":[{"order_id":"O"}],"sequence":9}',
  data('trade', ''),
  ticker('"bid":0.0,"bid_qty":0.00000000,"ask":2.0,"ask_qty":1.0'),
  ticker('"bid":null,"bid_qty":1,"ask":2.0,"ask_qty":1.0'),
  ticker('"last":1.0'),
  '{"event":"heartbeat"}',
  '{"channelID":993,"channelName":"trade","event":"subscriptionStatus","pair":"XMR/USD","status":"subscribed","subscription":{"name":"trade"}}',
  '{"errorMessage":"Currency pair not supported","event":"subscriptionStatus","status":"error"}',
]
for (const frame of IGNORED)
  test(`passes over ${frame.slice(0, 90)}`, () => {
    const trial = trialOf()
    const ids = { first: -1, last: -1, previous: -1 }
    deepEqual(trial.agree(Buffer.from(frame)), { kind: 'control', ids, instrument: -1, records: '' })
    equal(trial.codec.instrument, -1)
  })

/** The records of a frame in words: kind, flags, instrument, instant, extra and lanes. */
function told(trial: CodecTrial, frame: string): unknown[] {
  const kind = trial.codec.decode(0, trial.put(Buffer.from(frame)), 17, 5)
  ok(kind >= 0, `${REFUSAL_NAMES[-kind]}: ${frame}`)
  const record = new EventRecord(trial.codec.batch)
  return Array.from({ length: trial.codec.batch.count }, (_, at) => {
    const { lane0, lane1, lane2, lane3, flags, venueTime, extra, instrument } = record.at(at)
    const set = Object.keys(Flag).filter(name => (flags & Flag[name as keyof typeof Flag]) !== 0)
    equal(record.receiveTime * 1000 + record.receiveNanos, 17_005)
    equal(record.source, 3)
    return [KIND_NAMES[record.kind], set.join(' '), instrument, venueTime, extra, lane0, lane1, lane2, lane3]
  })
}

test('numbers mean the same with trailing zeros, with exponents, and as whole numbers', () => {
  const trial = trialOf()
  const lanes = (price: string, quantity: string): unknown =>
    (told(trial, level(price, quantity))[0] as unknown[]).slice(5, 7)
  for (const [price, quantity] of [
    ['12.5', '0.00000100'],
    ['12.50000', '1e-6'],
    ['1.25e1', '0.1E-05'],
    ['125e-1', '100e-8'],
  ])
    deepEqual(lanes(price!, quantity!), [125, 100])
  deepEqual(lanes('7', '0e9'), [70, 0])
})

test('levels of v1 told again do not tell the time; a frame of both sides is one change', () => {
  const changes =
    '[1,{"a":[["1.1","1","1534614335.345903"],["1.2","0","1534614339","r"]]},{"b":[["1.0","0","1534614335.345904"]],"c":"9"},"book-10","XBT/USD"]'
  deepEqual(told(trialOf(), changes), [
    ['level', '', 0, 1534614335345904, 0, 11, 100000000, 0, 0],
    ['level', '', 0, 1534614335345904, 0, 12, 0, 0, 0],
    ['level', 'last bid', 0, 1534614335345904, 0, 10, 0, 0, 0],
  ])
  const again = older('{"a":[["1.1","1","1534614335.3","r"]],"c":"9"}')
  deepEqual(told(trialOf(), again), [['level', 'last', 0, 0, 0, 11, 100000000, 0, 0]])
})

test('bars of both dialects', () => {
  const frame =
    '[42,["1542057314.748456","1542057600.435743","3586.7","3586.9","3586.6","3586.8","3586.5","2.0",2],"ohlc-5","XBT/USD"]'
  deepEqual(told(trialOf(), frame), [
    ['bar', '', 0, 1542057300435743, 300, 35867, 35869, 35866, 35868],
    ['bar-volume', 'last', 0, 1542057314748456, 300, 200000000, 2, 0, 7173],
  ])
})

const INSTRUMENTS =
  '{"channel":"instrument","type":"snapshot","data":{"assets":[],"pairs":[{"symbol":"ETH/USD","status":"cancel_only"},{"symbol":"LTC/USD","status":"online"},{"symbol":"BTC/USD","status":"delisted"}]}}'
test('pairs tell their status, those in the table', () => {
  deepEqual(told(trialOf(), INSTRUMENTS), [
    ['status', '', 1, 0, 0, 2, 0, 0, 0],
    ['status', 'last', 0, 0, 0, 4, 0, 0, 0],
  ])
})

test('D60 a pair is traded when it says so and the exchange too; what a refused frame said is forgotten', () => {
  const trial = trialOf()
  const says = (text: string): unknown[] => {
    trial.agree(Buffer.from(text))
    const record = new EventRecord(trial.codec.batch)
    return Array.from({ length: trial.codec.batch.count }, (_, at) => {
      const { instrument, lane0 } = record.at(at)
      return `${instrument} ${lane0}`
    })
  }
  const pairs = (btc: string, eth: string): string =>
    `{"channel":"instrument","type":"update","data":{"assets":[],"pairs":[{"symbol":"BTC/USD","status":"${btc}"},{"symbol":"ETH/USD","status":"${eth}"}]}}`
  const system = (word: string): string => `{"channel":"status","type":"update","data":[{"system":"${word}"}]}`
  const carried = (symbol: string): string =>
    book(`"bids":[],"asks":[],"checksum":0,${TIME}`).replace('BTC/USD', symbol)
  deepEqual(says(system('maintenance')), [], 'no book is carried yet')
  deepEqual(says(pairs('online', 'cancel_only')), ['0 2', '1 2'], 'the exchange is in maintenance')
  says(carried('BTC/USD'))
  says(carried('ETH/USD'))
  deepEqual(says(system('online')), ['0 1', '1 2'], 'the pair still takes cancels alone')
  deepEqual(says(pairs('online', 'online')), ['0 1', '1 1'])
  deepEqual(says(system('cancel_only')), ['0 2', '1 2'])
  deepEqual(says(pairs('delisted', 'online')), ['0 4', '1 2'])
  deepEqual(says(pairs('online', 'asleep')), [], 'refused')
  deepEqual(says(`${system('online')}}`), [], 'refused')
  deepEqual(says(pairs('delisted', 'online')), ['0 4', '1 2'])
  deepEqual(says(system('online')), ['0 4', '1 1'])
  trial.codec.reset!()
  deepEqual(trial.codec.decode(0, trial.put(Buffer.from(pairs('online', 'online'))), 0, 0), FrameKind.status)
})

test('more levels than there is room for are refused whole, and a frame beyond the buffer too', () => {
  const { codec } = trialOf(undefined, 3)
  const rows = Array.from({ length: 4 }, (_, row) => `{"price":${row + 1},"qty":1}`)
  const frame = Buffer.from(book(`"bids":[${rows}],"asks":[],"checksum":1,${TIME}`))
  codec.buffer.set(frame)
  equal(codec.decode(0, frame.length, 0, 0), Refusal.tooLarge)
  equal(codec.batch.count, 0)
  equal(codec.decode(0, codec.buffer.length - SLACK + 1, 0, 0), Refusal.tooLarge)
})

test('P-21 ten megabytes of anything are answered without ten more', () => {
  const codec = kraken.makeCodec(new InstrumentTable([]), 10 << 20, 16, 0)
  const room = codec.buffer.length - SLACK
  for (const filling of ['[', '{"a":', '"', '1', ' ', '[[],', '{"a":[],', '[1,{},"book-10",']) {
    for (let at = 0; at < room; at += filling.length) codec.buffer.set(Buffer.from(filling), at)
    const before = process.memoryUsage().heapUsed
    ok(codec.decode(0, room, 0, 0) < 0)
    ok(process.memoryUsage().heapUsed - before < 1 << 20)
  }
})

test('nothing is allocated for a frame, of any kind', () => {
  const frames: readonly string[] = [
    level('63381.0', '0.00005100'),
    level('1.05', '1'),
    ` ${GOOD.replaceAll(':', ' : ')} `.replaceAll('17 : 35 : 55', '17:35:55'),
    ticker('"bid":105944.2,"bid_qty":2.5,"ask":105944.3,"ask_qty":3.2'),
    oldLevel('5541.3', '2.50700000'),
    INSTRUMENTS,
    '{"method":"subscribe","result":{"channel":"book","depth":25,"symbol":"BTC/USD"}}',
  ]
  for (const frame of frames) {
    const trial = trialOf()
    const to = trial.put(Buffer.from(frame))
    ok(leastAllocated(() => trial.codec.decode(0, to, 17, 5)) < 4, frame)
  }
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

/** A trial over a table that holds every digit of the texts. */
function learnt(texts: readonly string[]): CodecTrial {
  const grids = kraken.inferGrids()
  for (const text of texts) grids.learn(text)
  return trialOf(new InstrumentTable(grids.instruments()))
}

test('one recorded message of each kind is what it is called', { skip }, () => {
  const kinds: Readonly<Record<string, string>> = {
    'v1-book-1000': 'depth',
    'v1-book-1000-snapshot': 'snapshot',
    'v1-ticker': 'quote',
    'v1-trade': 'trade',
    'v2-book-snapshot': 'snapshot',
    'v2-book-update': 'depth',
    // Of a connection that carries books by then.
    'v1-systemStatus': 'status',
    'v2-status-update': 'status',
  }
  const lines = readFileSync(new URL('kraken/one-of-each.jsonl', place), 'utf8').trim().split('\n')
  const samples = lines.map(line => JSON.parse(line) as { kind: string; raw: string })
  const trial = learnt(samples.map(({ raw }) => raw))
  for (const { kind, raw } of samples) {
    const made = trial.agree(Buffer.from(raw))
    equal('kind' in made ? made.kind : made.refused, kinds[kind] ?? 'control', raw)
  }
})

const AT = 1696613755440295
const FIXTURES: Readonly<Record<string, readonly unknown[]>> = {
  'ws_book_snapshot.json': [
    ['level', 'snapshot bid', 0, AT, 0, 1059442, 136, 0, 0],
    ['level', 'snapshot bid', 0, AT, 0, 1059354, 24, 0, 0],
    ['level', 'snapshot bid', 0, AT, 0, 1059201, 52, 0, 0],
    ['level', 'snapshot', 0, AT, 0, 1059443, 136, 0, 0],
    ['level', 'snapshot', 0, AT, 0, 1059469, 95, 0, 0],
    ['level', 'snapshot last', 0, AT, 0, 1059558, 3, 0, 0],
  ],
  'ws_book_update.json': [['level', 'last bid', 0, AT, 0, 1059442, 25, 0, 0]],
  'ws_ticker_snapshot.json': [['quote', 'last', 0, 1671960659123456, 0, 1059442, 250000000, 1059443, 320000000]],
  'ws_trade_update.json': [
    ['trade', 'aggressorBuy', 0, AT, 1, 1059442, 27625, 10218208, 10218208],
    ['trade', 'last', 0, 1696613756123456, 1, 1059105, 12460, 10218209, 10218209],
  ],
  'ws_ohlc_update.json': [
    ['bar', '', 0, 1696436700000000, 60, 1060382, 1060443, 1060381, 1060401],
    ['bar-volume', 'last', 0, 0, 60, 3092768066226, 12, 0, (106039.6 * 3092768066226) / 1e8],
  ],
  'ws_pong.json': [],
  'ws_subscribe_response.json': [],
}
for (const [file, expected] of Object.entries(FIXTURES))
  test(`the example ${file}`, { skip }, () => {
    const text = readFileSync(new URL(`kraken/fixtures/${file}`, place), 'utf8')
    const trial = learnt([text])
    deepEqual(told(trial, text), expected)
    trial.agree(Buffer.from(text))
  })

test('the example http_order_book.json: a whole book without a checksum', { skip }, () => {
  const text = readFileSync(new URL('kraken/fixtures/http_order_book.json', place), 'utf8')
  const trial = trialOf()
  const frame = Buffer.from(text)
  trial.agree(frame, trial.bothSnapshots(frame, 0))
  const kind = trial.codec.decodeSnapshot(0, trial.put(frame), 0, 17, 5)
  equal(FRAME_KIND_NAMES[kind], 'snapshot')
  equal(trial.codec.checksum, Number.NaN)
  const record = new EventRecord(trial.codec.batch)
  deepEqual(
    [trial.codec.batch.count, record.at(0).price, record.quantity, record.isBid],
    [10, 1059443, 13600000, false],
  )
  deepEqual([record.at(9).price, record.quantity, record.isBid, record.isLast], [1059167, 500000, true, true])
  equal(trial.codec.next!(), FrameKind.control)
})
