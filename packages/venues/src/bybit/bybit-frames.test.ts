import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FrameKind, REFUSAL_NAMES, Refusal, SLACK } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, leastAllocated, recordings } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import { bybitGroup, bybitLinear, bybitSpot } from './bybit-venue.ts'
import { trialOf, venueOf } from './codec-trial.conformance.ts'
import type { Category } from './frame-fields.ts'

const frame = (topic: string, data: string, type = 'snapshot'): string =>
  `{"topic":"${topic}","type":"${type}","ts":7,"data":${data}}`
const book = (rows: string, fields = '"u":1,"seq":1', topic = 'orderbook.50.BTCUSDT', type = 'delta'): string =>
  frame(topic, `{"s":"BTCUSDT","b":${rows},"a":[],${fields}}`, type)
const trade = (fields: string): string => frame('publicTrade.BTCUSDT', `[{"T":5,"s":"BTCUSDT","BT":false,${fields}}]`)
const GOOD = trade('"S":"Buy","v":"1","p":"2","i":"3"')
const ticker = (fields: string, type = 'delta', symbol = 'BTCUSDT'): string =>
  frame(`tickers.${symbol}`, `{"symbol":"${symbol}"${fields === '' ? '' : ','}${fields}}`, type)
const bar = (fields: string): string =>
  frame(
    'kline.1.BTCUSDT',
    `[{"start":1,"end":2,"interval":"1","open":"1","close":"2","high":"3","low":"1","turnover":"4","confirm":true,"timestamp":9,${fields}}]`,
  )

const HOSTILE: readonly (readonly [reason: string, frame: string])[] = [
  ['unknown-kind', '{}'],
  ['malformed', '[]'],
  ['malformed', ''],
  ['malformed', '"topic"'],
  ['malformed', `${GOOD}x`],
  ['malformed', `${GOOD}{}`],
  ['malformed', '['.repeat(100_000)],
  ['unknown-kind', GOOD.replace('publicTrade', 'trade')],
  ['unknown-kind', GOOD.replace('publicTrade.BTCUSDT', 'publicTrade')],
  ['unknown-kind', GOOD.replace('publicTrade.BTCUSDT', '')],
  ['unknown-kind', book('[]').replace('orderbook.50', 'orderbook.51')],
  ['unknown-kind', book('[]').replace('orderbook.50', 'orderbook')],
  ['unknown-kind', book('[]').replace('orderbook.50', 'orderbook.1')],
  ['unknown-kind', bar('"volume":"1"').replace('kline.1', 'kline.7')],
  ['unknown-symbol', GOOD.replaceAll('BTCUSDT', 'BTCUSD')],
  ['unknown-symbol', GOOD.replaceAll('BTCUSDT', '')],
  ['unknown-symbol', GOOD.replaceAll('BTCUSDT', 'X'.repeat(500))],
  ['malformed', GOOD.replace('"s":"BTCUSDT"', '"s":"ETHUSDT"')],
  ['malformed', GOOD.replace('BTCUSDT', '\\u0042TCUSDT')],
  ['malformed', GOOD.replace('"topic"', '"\\u0074opic"')],
  ['malformed', GOOD.replace('snapshot', 'delta')],
  ['malformed', GOOD.replace('snapshot', 'update')],
  ['malformed', GOOD.replace('Buy', 'buy')],
  ['malformed', GOOD.replace('"Buy"', 'true')],
  ['missing-field', GOOD.replace('"BT":false,', '')],
  ['missing-field', GOOD.replace('"ts":7,', '')],
  ['missing-field', GOOD.replace('"ts":7', '"ts":7,"ts":7')],
  ['missing-field', GOOD.replace('"ts":7', '"ts":7,"topic":"publicTrade.BTCUSDT"')],
  ['missing-field', GOOD.replace('"ts":7', '"ts":7,"data":[]')],
  ['missing-field', GOOD.replace('"S":"Buy"', '"S":"Buy","S":"Sell"')],
  ['bad-number', GOOD.replace('"v":"1"', '"v":"0"')],
  ['bad-number', GOOD.replace('"p":"2"', '"p":"0.00"')],
  ['bad-number', GOOD.replace('"p":"2"', '"p":"2e1"')],
  ['bad-number', GOOD.replace('"p":"2"', '"p":"9007199254740993"')],
  ['bad-number', GOOD.replace('"T":5', '"T":5.0')],
  ['off-grid', GOOD.replace('"p":"2"', '"p":"2.001"')],
  ['malformed', GOOD.replace('"p":"2"', '"p":2')],
  ['bad-number', GOOD.replace('"i":"3"', '"i":"03"')],
  ['bad-number', GOOD.replace('"i":"3"', '"i":""')],
  ['bad-number', GOOD.replace('"i":"3"', '"i":"-3"')],
  ['bad-number', GOOD.replace('"i":"3"', `"i":"${'1'.repeat(37)}"`)],
  ['bad-number', GOOD.replace('"i":"3"', '"i":"A9188A0A-82bc-50de-be60-03eedbe3cdd7"')],
  ['bad-number', GOOD.replace('"i":"3"', '"i":"a9188a0a-82bc-50de-be60-03eedbe3cdd71"')],
  ['bad-number', GOOD.replace('"i":"3"', '"i":"a9188a0a82bc-50de-be60-03eedbe3cdd7-"')],
  ['malformed', GOOD.replace('"i":"3"', '"i":3')],
  ['malformed', GOOD.replace('[{', '[1,{')],
  ['malformed', GOOD.replace('}]', '},]')],
  ['malformed', GOOD.replace('}]', '} {}]')],
  ['malformed', frame('publicTrade.BTCUSDT', '{}')],
  ['malformed', frame('publicTrade.BTCUSDT', '[[]]')],
  ['malformed', book('[["1"]]')],
  ['malformed', book('[["1","1","1"]]')],
  ['malformed', book('[[1,1]]')],
  ['bad-number', book('[["1","-1"]]')],
  ['bad-number', book('[["0","1"]]')],
  ['bad-number', book('[]', '"u":-1')],
  ['bad-number', book('[]', '"u":9007199254740992')],
  ['malformed', book('[]', '"u":"1"')],
  ['missing-field', book('[]', '"seq":1')],
  ['missing-field', book('[]', '"u":1,"u":2')],
  ['bad-number', ticker('"bid1Price":"-1"')],
  ['off-grid', ticker('"bid1Price":"1.001"')],
  ['malformed', ticker('"bid1Price":1')],
  ['missing-field', ticker('"bid1Price":"1","bid1Price":"1"')],
  ['missing-field', '{"topic":"tickers.BTCUSDT","type":"delta","ts":7,"data":{}}'],
  ['bad-number', ticker('"nextFundingTime":"1e5"')],
  ['bad-number', ticker('"nextFundingTime":"5.0"')],
  ['malformed', ticker('"nextFundingTime":5')],
  ['bad-number', ticker('"fundingRate":"--1"')],
  ['off-grid', ticker('"fundingRate":"0.0000000000001"')],
  ['malformed', bar('"volume":"1"').replace('"interval":"1"', '"interval":"3"')],
  ['missing-field', bar('"turnoverx":"1"')],
  ['unknown-kind', '{"op":"subscribe","success":true,"more":1}'],
  ['unknown-kind', '{"op":"subscribe","success":true,"success":true}'],
  ['unknown-kind', '{"success":true,"ret_msg":""}'],
  ['unknown-kind', '{"op":"order.create","data":{}}'],
]
for (const [reason, text] of HOSTILE)
  test(`linear refuses as ${reason}: ${text.slice(0, 140)}`, () => {
    deepEqual(trialOf('linear').agree(Buffer.from(text)), { refused: reason })
  })

const CONTROL: readonly (readonly [Category, string])[] = [
  ['spot', '{"success":true,"ret_msg":"subscribe","conn_id":"d9avt8shteepr00gfc1g-4zd1x","op":"subscribe"}'],
  ['spot', '{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}'],
  ['linear', '{"success":true,"ret_msg":"pong","conn_id":"465772b1","req_id":"","op":"ping"}'],
  ['linear', '{"success":false,"ret_msg":"Invalid topic: x","conn_id":"c","op":"subscribe"}'],
  ['linear', '{"req_id":"test","op":"pong","args":["1675418560633"],"conn_id":"cfcb4ocsvfriu23r3er0-1b"}'],
  ['linear', frame('allLiquidation.ROSEUSDT', '[{"T":1,"s":"ROSEUSDT","S":"Sell","v":"20000","p":"0.04499"}]')],
  ['linear', frame('priceLimit.BTCUSDT', '{"symbol":"BTCUSDT","buyLmt":"1","sellLmt":"2"}')],
  ['spot', frame('orderbook.rpi.BTCUSDT', '{"s":"BTCUSDT","b":[["1","1","1"]],"a":[],"u":1}')],
  ['spot', frame('orderbook.full.BTCUSDT', '{}', 'delta')],
  ['spot', frame('tickers.DOGEUSDT', '{"lastPrice":"1"}')],
  ['linear', frame('publicTrade.BTCUSDT', '[]')],
  ['linear', frame('kline.1.BTCUSDT', '[]')],
  ['linear', GOOD.replace('"BT":false', '"BT":true')],
  ['linear', ticker('"openInterestValue":"3899995666.09"')],
]
for (const [category, text] of CONTROL)
  test(`${category} passes over ${text.slice(0, 90)}`, () => {
    const trial = trialOf(category)
    const ids = { first: -1, last: -1, previous: -1 }
    deepEqual(trial.agree(Buffer.from(text)), { kind: 'control', ids, instrument: -1, records: '' })
    equal(trial.codec.instrument, -1)
  })

/** The records of a frame in words: kind, flags, instrument, instant, extra and lanes. */
function told(trial: CodecTrial, text: string): unknown[] {
  const made = trial.agree(Buffer.from(text))
  ok('kind' in made, `${JSON.stringify(made)}: ${text}`)
  return recordsOf(trial)
}

function recordsOf({ codec: { batch } }: CodecTrial): unknown[] {
  const record = new EventRecord(batch)
  return Array.from({ length: batch.count }, (_, at) => {
    const { lane0, lane1, lane2, lane3, flags, venueTime, extra } = record.at(at)
    const set = Object.keys(Flag).filter(name => (flags & Flag[name as keyof typeof Flag]) !== 0)
    equal(record.receiveTime * 1000 + record.receiveNanos, 17_005)
    equal(record.source, 3)
    return [KIND_NAMES[record.kind], set.join(' '), record.instrument, venueTime, extra, lane0, lane1, lane2, lane3]
  })
}

test('levels carry the instant of the matching engine, or that of sending where it is absent', () => {
  const trial = trialOf('linear')
  const text = book('[["61837.63","1.5"],["61837.62","0"]]', '"u":160', undefined, 'snapshot')
  const level = (flags: string, at: number, price: number, lots: number): unknown[] => [
    'level',
    flags,
    0,
    at,
    0,
    price,
    lots,
    160,
    0,
  ]
  deepEqual(told(trial, text.replace(/}$/, ',"cts":3}')), [
    level('snapshot bid', 3000, 6183763, 1500000),
    level('snapshot last bid', 3000, 6183762, 0),
  ])
  deepEqual(told(trial, text.replace('snapshot', 'delta')), [
    level('bid', 7000, 6183763, 1500000),
    level('last bid', 7000, 6183762, 0),
  ])
  deepEqual({ ...trial.codec.ids }, { first: -1, last: 160, previous: -1 })
})

test('the deepest topic of an instrument is its book; the others never mix with it', () => {
  const trial = trialOf('linear')
  const kindOf = (depth: number, type: string): string => {
    const made = trial.agree(Buffer.from(book('[["1","1"]]', undefined, `orderbook.${depth}.BTCUSDT`, type)))
    return 'kind' in made ? made.kind : made.refused
  }
  const walk = (...steps: [number, string][]): string[] => steps.map(([depth, type]) => kindOf(depth, type))
  deepEqual(walk([1, 'snapshot'], [50, 'delta']), ['partial-depth', 'depth'])
  deepEqual(walk([50, 'snapshot'], [50, 'delta'], [1, 'snapshot']), ['snapshot', 'depth', 'partial-depth'])
  deepEqual(walk([200, 'delta'], [200, 'snapshot'], [200, 'delta']), ['control', 'snapshot', 'depth'])
  deepEqual(walk([50, 'snapshot'], [50, 'delta']), ['partial-depth', 'control'])
  trial.codec.reset!()
  ;(trial.oracle as unknown as { reset(): void }).reset()
  deepEqual(walk([50, 'snapshot'], [50, 'delta']), ['snapshot', 'depth'])
})

test('a sequence of a book: what is old is dropped, a jump gives it up, a snapshot with u 1 begins anew', () => {
  const { codec } = trialOf('linear')
  const seen: string[] = []
  const sink = {
    append: (records: ConstructorParameters<typeof EventRecord>[0], from: number, to: number) => {
      const record = new EventRecord(records)
      for (let at = from; at < to; at++) seen.push(`${KIND_NAMES[record.at(at).kind]} ${record.lane0} ${record.lane1}`)
    },
  }
  const feed = new MarketFeed(codec, bybitLinear.sequencing, sink, 4, 0)
  const send = (u: number, type: string): string => {
    const text = Buffer.from(book(`[["${u}","1"]]`, `"u":${u}`, undefined, type))
    codec.buffer.set(text)
    seen.length = 0
    feed.frame(0, text.length, 1, 0)
    return seen.join(', ')
  }
  equal(send(4, 'delta'), '')
  equal(send(5, 'snapshot'), 'clear 5 0, level 500 1000000')
  equal(send(6, 'delta'), 'level 600 1000000')
  equal(send(6, 'delta'), '')
  equal(send(8, 'delta'), 'clear 8 1, status 5 0')
  equal(send(9, 'delta'), '')
  equal(send(1, 'snapshot'), 'clear 1 0, level 100 1000000')
  equal(send(2, 'delta'), 'level 200 1000000')
  deepEqual([feed.counts.gaps, feed.counts.resyncs, feed.isLive(0)], [1, 1, true])
})

test('a REST book never replaces one that is followed', () => {
  const { codec } = trialOf('linear')
  let records = 0
  const feed = new MarketFeed(codec, bybitLinear.sequencing, { append: (_, from, to) => (records += to - from) }, 4, 0)
  const answer = Buffer.from(
    '{"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","b":[["1","1"]],"a":[],"ts":1,"u":99}}',
  )
  const ask = (): number => {
    codec.buffer.set(answer)
    return feed.snapshot(0, answer.length, 0, 1, 0)
  }
  equal(ask(), FrameKind.partialDepth)
  equal(records, 2)
  const text = Buffer.from(book('[["1","1"]]', '"u":5', undefined, 'snapshot'))
  codec.buffer.set(text)
  feed.frame(0, text.length, 1, 0)
  ask()
  deepEqual([records, feed.counts.superseded, feed.isLive(0)], [4, 1, true])
})

test('a REST answer is refused when it is an error, of another symbol, or not whole', () => {
  const good =
    '{"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","b":[],"a":[["2","1"]],"ts":1,"u":9,"seq":1,"cts":3}}'
  const read = (text: string): unknown => {
    const trial = trialOf('spot')
    return trial.agree(Buffer.from(text), trial.bothSnapshots(Buffer.from(text), 0))
  }
  ok('kind' in (read(good) as object))
  deepEqual(read(good.replace(':0', ':10006')), { refused: 'malformed' })
  deepEqual(read('{"retCode":10006,"retMsg":"Too many visits!","result":{}}'), { refused: 'missing-field' })
  deepEqual(read(good.replace('BTC', 'ETH')), { refused: 'malformed' })
  deepEqual(read(`${good} x`), { refused: 'malformed' })
  deepEqual(read(good.replace('"u":9,', '')), { refused: 'missing-field' })
  deepEqual(read(good.replace('"2"', '"2.001"')), { refused: 'off-grid' })
})

test('trades keep the low 53 bits of their id and say so', () => {
  const id = (text: string): unknown => {
    const [, flags, , , , , , lane2, lane3] = told(
      trialOf('linear'),
      GOOD.replace('"i":"3"', `"i":"${text}"`),
    )[0] as unknown[]
    equal(lane2, lane3)
    return [flags, lane2]
  }
  const low = (whole: bigint): number => Number(whole & (2n ** 53n - 1n))
  const plain = 'last aggressorBuy'
  for (const text of ['0', '3', '9007199254740991']) deepEqual(id(text), [plain, Number(text)])
  for (const text of ['9007199254740992', '2280000001739247457', '9'.repeat(36)])
    deepEqual(id(text), [`${plain} truncatedId`, low(BigInt(text))])
  for (const text of ['a9188a0a-82bc-50de-be60-03eedbe3cdd7', '00000000-0000-0000-0000-000000000001'])
    deepEqual(id(text), [`${plain} truncatedId`, low(BigInt(`0x${text.replaceAll('-', '')}`))])
})

test('trades of one message are records in its order, without those agreed outside the book', () => {
  const one = (i: number, side: string, block: boolean): string =>
    `{"T":${i},"s":"BTCUSDT","S":"${side}","v":"0.5","p":"${i}","i":"${i}","BT":${block}}`
  const text = frame(
    'publicTrade.BTCUSDT',
    `[${one(1, 'Sell', false)}, ${one(2, 'Buy', true)},${one(3, 'Buy', false)}]`,
  )
  deepEqual(told(trialOf('spot'), text), [
    ['trade', '', 0, 1000, 1, 100, 500000, 1, 1],
    ['trade', 'last aggressorBuy', 0, 3000, 1, 300, 500000, 3, 3],
  ])
  const narrow = trialOf('spot', undefined, 1)
  deepEqual(narrow.agree(Buffer.from(text)), { refused: 'too-large' })
})

test('a ticker is merged with what was known: each record is sent whole when one of its fields comes', () => {
  const trial = trialOf('linear')
  const tell = (fields: string, type?: string): unknown[] => told(trial, ticker(fields, type))
  const quote = (...lanes: number[]): unknown[] => ['quote', 'last', 0, 7000, 0, ...lanes]
  deepEqual(tell('"bid1Price":"1","bid1Size":"2"'), [], 'before the snapshot nothing is whole')
  deepEqual(tell('"bid1Price":"1","bid1Size":"2","ask1Price":"3","ask1Size":"4","openInterest":"9"', 'snapshot'), [
    quote(100, 2000000, 300, 4000000),
  ])
  deepEqual(tell('"ask1Size":"5"'), [quote(100, 2000000, 300, 5000000)])
  deepEqual(tell('"openInterest":"10"'), [])
  deepEqual(tell('"markPrice":"2.123456789"'.replace('9"', '"')), [['mark', 'last', 0, 7000, 0, 212345678, 0, 0, 0]])
  deepEqual(tell('"indexPrice":"2","nextFundingTime":"1673280000000"'), [
    ['mark', 'last', 0, 7000, 0, 212345678, 200000000, 0, 0],
  ])
  deepEqual(tell('"fundingRate":"-0.000212","ask1Price":"4"'), [
    ['quote', '', 0, 7000, 0, 100, 2000000, 400, 5000000],
    ['funding', 'last', 0, 7000, 0, -212000000, 1673280000000000, 0, 0],
  ])
  deepEqual(tell('"fundingRate":""'), [], 'a contract that pays none')
  for (const none of ['"ask1Price":""', '"ask1Size":"0"', '"bid1Price":"0"']) deepEqual(tell(none), [], none)
  equal('refused' in trial.agree(Buffer.from(ticker('"ask1Price":"9","bid1Price":"x"'))), true)
  deepEqual(tell('"ask1Price":"5","ask1Size":"1","bid1Price":"2"'), [quote(200, 2000000, 500, 1000000)])
  deepEqual(tell('"bid1Price":"1"', 'snapshot'), [], 'a snapshot replaces what was known')
  deepEqual(tell('"bid1Size":"1","ask1Price":"5","ask1Size":"1"'), [quote(100, 1000000, 500, 1000000)])
  trial.codec.reset!()
  ;(trial.oracle as unknown as { reset(): void }).reset()
  deepEqual(tell('"bid1Size":"1"'), [])
  deepEqual(told(trial, ticker('"bid1Price":"1"', 'delta', 'ETHUSDT')), [], 'of each instrument by itself')
})

test('more records than there is room for are refused whole, and a frame beyond the buffer too', () => {
  const { codec } = trialOf('linear', undefined, 2)
  const put = (text: string): number => {
    codec.buffer.set(Buffer.from(text))
    return codec.decode(0, text.length, 0, 0)
  }
  equal(put(book('[["1","1"],["2","1"],["3","1"]]')), Refusal.tooLarge)
  equal(put(ticker('"bid1Price":"1"')), Refusal.tooLarge)
  equal(codec.batch.count, 0)
  equal(codec.decode(0, codec.buffer.length - SLACK + 1, 0, 0), Refusal.tooLarge)
})

test('nothing is allocated for a frame, of any kind', () => {
  const frames = [
    GOOD.replace('"i":"3"', '"i":"a9188a0a-82bc-50de-be60-03eedbe3cdd7"'),
    GOOD.replace('"i":"3"', '"i":"2280000001739247457"'),
    book('[["61837.63","1.5"],["1234567890.12","0.00001"]]'),
    ticker(
      '"bid1Price":"1","bid1Size":"2","ask1Price":"3","ask1Size":"4","markPrice":"5","nextFundingTime":"1673280000000"',
    ),
    bar('"volume":"12.5"'),
    `{"type":"snapshot",${GOOD.slice(1).replace('"type":"snapshot",', '')}`,
    '{"success":true,"ret_msg":"pong","conn_id":"465772b1","op":"ping"}',
    GOOD.replace('"p":"2"', '"p":"2.001"'),
  ]
  for (const text of frames) {
    const trial = trialOf('linear')
    const to = trial.put(Buffer.from(text))
    ok(leastAllocated(() => trial.codec.decode(0, to, 17, 5)) < 4, text)
  }
})

test('the group knows its member by the address of a socket or a REST call; each stands alone too', () => {
  const members: readonly (readonly [string, object])[] = [
    ['wss://stream.bybit.com/v5/public/spot', bybitSpot],
    ['wss://stream-testnet.bybit.com/v5/public/linear', bybitLinear],
    ['https://api.bybit.com/v5/market/orderbook?category=spot&symbol=BTCUSDT', bybitSpot],
    ['https://api.bybit.com/v5/market/orderbook?symbol=BTCUSDT&category=linear', bybitLinear],
    ['', bybitLinear],
  ]
  for (const [url, venue] of members) equal(bybitGroup.memberAt(url), venue, url)
  deepEqual(
    ['bybit', 'bybit-spot', 'bybit-linear'].map(id => findVenue(id)!.members.length),
    [2, 1, 1],
  )
  equal(bybitSpot.snapshotSymbol(members[2]![0]), 'BTCUSDT')
  equal(bybitSpot.snapshotSymbol('https://api.bybit.com/v5/market/tickers?symbol=BTCUSDT'), undefined)
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const fixture = (file: string): string => readFileSync(new URL(`bybit/fixtures/${file}`, place), 'utf8')

/** A trial over a table that holds every digit of a text. */
function learnt(category: Category, text: string): CodecTrial {
  const grids = venueOf(category).inferGrids()
  grids.learn(text)
  return trialOf(category, new InstrumentTable(grids.instruments()))
}

const BOOK_AT = 1709891679000000
const level = (flags: string, at: number, price: number, lots: number, u: number): unknown[] => [
  ...['level', flags, 0, at, 0],
  ...[price, lots, u, 0],
]
const FIXTURES: readonly (readonly [file: string, change: (text: string) => string, records: readonly unknown[]])[] = [
  [
    'ws_orderbook_snapshot.json',
    text => text,
    [
      level('snapshot bid', BOOK_AT, 274500, 50, 123456789),
      level('snapshot bid', BOOK_AT, 274495, 100, 123456789),
      level('snapshot', BOOK_AT, 274510, 75, 123456789),
      level('snapshot last', BOOK_AT, 274515, 90, 123456789),
    ],
  ],
  [
    // Published with one level, of which the venue documents no changes.
    'ws_orderbook_delta.json',
    text => text.replace('orderbook.1.', 'orderbook.50.'),
    [level('bid', BOOK_AT + 500_000, 27450, 4, 123456790), level('last', BOOK_AT + 500_000, 27451, 0, 123456790)],
  ],
  [
    // Published with a topic that the venue has not got.
    'ws_public_trade.json',
    text => text.replace('trade.linear.', 'publicTrade.'),
    [['trade', 'last aggressorBuy truncatedId', 0, BOOK_AT, 1, 27451, 1, 0x186f5d7ab2a110, 0x186f5d7ab2a110]],
  ],
  [
    'ws_ticker_linear.json',
    text => text,
    [
      ['quote', '', 0, 1673272861686000, 0, 172155, 84489, 172160, 83020],
      ['mark', '', 0, 1673272861686000, 0, 1721733000000, 1722736000000, 0, 0],
      ['funding', 'last', 0, 1673272861686000, 0, -212000000, 1673280000000000, 0, 0],
    ],
  ],
  [
    'ws_kline.json',
    text => text,
    [
      ['bar', '', 0, 1672324800000000, 300, 166495, 166770, 166080, 166770],
      ['bar-volume', 'last', 0, 1672324988882000, 300, 2081, 0, 0, 34666.4005],
    ],
  ],
  ['ws_subscription_ack.json', text => text, []],
  ['ws_subscription_failure.json', text => text, []],
]
for (const [file, change, records] of FIXTURES)
  test(`linear: the published example ${file}`, { skip }, () => {
    const text = change(fixture(file))
    deepEqual(told(learnt('linear', text), text), records)
  })

test('published examples that are not the venue’s are refused for what they are', { skip }, () => {
  const refusedAs = (file: string): unknown => learnt('linear', fixture(file)).agree(Buffer.from(fixture(file)))
  deepEqual(refusedAs('ws_orderbook_delta.json'), { refused: 'unknown-kind' })
  deepEqual(refusedAs('ws_public_trade.json'), { refused: 'unknown-kind' })
  const option = trialOf('linear').agree(Buffer.from(fixture('ws_ticker_option.json')))
  deepEqual(option, { refused: 'unknown-symbol' })
})

test('linear: the published REST book', { skip }, () => {
  const text = fixture('http_get_orderbook.json')
  const trial = learnt('linear', text)
  const made = trial.agree(Buffer.from(text), trial.bothSnapshots(Buffer.from(text), 0))
  equal('kind' in made ? made.kind : REFUSAL_NAMES[0], 'partial-depth')
  deepEqual(recordsOf(trial), [
    level('snapshot bid', BOOK_AT, 274505, 150, 1234567),
    level('snapshot bid', BOOK_AT, 274500, 200, 1234567),
    level('snapshot bid', BOOK_AT, 274495, 75, 1234567),
    level('snapshot', BOOK_AT, 274510, 120, 1234567),
    level('snapshot', BOOK_AT, 274515, 300, 1234567),
    level('snapshot last', BOOK_AT, 274520, 50, 1234567),
  ])
})

test('one recorded message of each kind is what it is called', { skip }, () => {
  const lines = readFileSync(new URL('bybit/one-of-each.jsonl', place), 'utf8').trim().split('\n')
  const samples = lines.map(line => JSON.parse(line) as { kind: string; raw: string })
  const kinds: Readonly<Record<string, string>> = {
    'orderbook-snapshot': 'snapshot',
    'orderbook-delta': 'depth',
    'publicTrade-snapshot': 'trade',
    'kline-snapshot': 'bar',
    'tickers-delta': 'mark',
    'tickers-snapshot-ws-2': 'quote',
    'tickers-snapshot-ws-3': 'control',
    'reply-subscribe': 'control',
  }
  for (const { kind, raw } of samples) {
    const isSpot = kind.endsWith('ws-3')
    const trial = learnt(isSpot ? 'spot' : 'linear', raw)
    const expected = Object.entries(kinds).find(([name]) => kind.startsWith(name))?.[1]
    if (kind === 'tickers-delta-ws-2') {
      // It tells the index alone, of a mark that is not known here.
      deepEqual(told(trial, raw), [])
      continue
    }
    const made = trial.agree(Buffer.from(raw))
    equal('kind' in made ? made.kind : made.refused, expected, raw)
  }
})
