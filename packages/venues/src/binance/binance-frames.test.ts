import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FrameKind, REFUSAL_NAMES, Refusal, SLACK } from '@velocimex/core/feed/market-codec'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, leastAllocated, recordings } from '../market-codec.conformance.ts'
import { trialOf, venueOf } from './codec-trial.conformance.ts'
import type { Dialect } from './frame-fields.ts'

const trade = (fields: string): string => `{"e":"trade","E":1,"s":"BTCUSDT",${fields},"T":1,"m":true,"M":true}`
const ofEth = (text: string): string => text.replace('BTC', 'ETH')
const depth = (bids: string, fields = '"U":1,"u":1'): string =>
  `{"e":"depthUpdate","E":1,"s":"BTCUSDT",${fields},"b":${bids},"a":[]}`
const inStream = (stream: string, data: string): string => `{"stream":"${stream}","data":${data}}`
const GOOD = trade('"t":1,"p":"1","q":"1"')
const TICKER = '{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}'

const HOSTILE: readonly (readonly [reason: string, frame: string])[] = [
  ['unknown-symbol', trade('"t":1,"p":"1","q":"1"').replace('BTC', 'DOGE')],
  ['unknown-symbol', inStream('dogeusdt@trade', GOOD)],
  ['missing-field', trade('"t":1,"q":"1"')],
  ['missing-field', trade('"t":1,"p":"1","p":"2","q":"1"')],
  ['missing-field', trade('"t":1,"t":1,"p":"1","q":"1"')],
  ['missing-field', GOOD.replace('"s":"BTCUSDT",', '')],
  ['missing-field', `{"stream":"btcusdt@trade"}`],
  ['missing-field', `{"stream":"btcusdt@trade","stream":"btcusdt@trade","data":${GOOD}}`],
  ['missing-field', `{"e":"trade",${GOOD.slice(1)}`],
  ['malformed', trade('"t":1,"p":1,"q":"1"')],
  ['malformed', trade('"t":"1","p":"1","q":"1"')],
  ['malformed', trade('"t":01,"p":"1","q":"1"')],
  ['malformed', trade('"t":1,"p":"1","q":"1","x":[1,]')],
  ['malformed', trade('"t":1,"p":"1","q":"1","x":"\\x"')],
  ['malformed', trade('"t":1,"p":"1","q":"1","x":truE')],
  ['malformed', trade('"t":1,"p":"1","q":"1",')],
  ['malformed', trade('"t":1 "p":"1","q":"1"')],
  ['malformed', trade('"\\u0074":1,"p":"1","q":"1"')],
  ['malformed', GOOD.replace('BTCUSDT', '\\u0042TCUSDT')],
  ['malformed', `${GOOD}${GOOD}`],
  ['malformed', `${GOOD} x`],
  ['malformed', GOOD.replace('"m":true', '"m":1')],
  ['malformed', '\ufeff'.concat(GOOD)],
  ['bad-number', trade('"t":9007199254740992,"p":"1","q":"1"')],
  ['bad-number', trade('"t":99999999999999999999,"p":"1","q":"1"')],
  ['bad-number', trade('"t":1e3,"p":"1","q":"1"')],
  ['bad-number', trade('"t":1.0,"p":"1","q":"1"')],
  ['bad-number', trade('"t":-1,"p":"1","q":"1"')],
  ['bad-number', GOOD.replace('"T":1', '"T":99999999999999')],
  ['bad-number', trade('"t":1,"p":"1e5","q":"1"')],
  ['bad-number', trade('"t":1,"p":"-1","q":"1"')],
  ['bad-number', trade('"t":1,"p":"+1","q":"1"')],
  ['bad-number', trade('"t":1,"p":" 1","q":"1"')],
  ['bad-number', trade('"t":1,"p":"01","q":"1"')],
  ['bad-number', trade('"t":1,"p":"1.","q":"1"')],
  ['bad-number', trade('"t":1,"p":".1","q":"1"')],
  ['bad-number', trade('"t":1,"p":"","q":"1"')],
  ['bad-number', trade('"t":1,"p":"1\\u0030","q":"1"')],
  ['bad-number', trade('"t":1,"p":"0.00","q":"1"')],
  ['bad-number', trade('"t":1,"p":"1","q":"0"')],
  ['bad-number', trade('"t":1,"p":"123456789012345678.00","q":"1"')],
  ['bad-number', trade('"t":1,"p":"90071992547409.92","q":"1"')],
  ['off-grid', trade('"t":1,"p":"1.001","q":"1"')],
  ['off-grid', trade('"t":1,"p":"1","q":"0.000001"')],
  ['off-grid', ofEth(trade('"t":1,"p":"1.1","q":"0.025"'))],
  ['off-grid', ofEth(trade('"t":1,"p":"1.5","q":"0.026"'))],
  ['bad-number', depth('[["1","-0.5"]]')],
  ['bad-number', depth('[["0","1"]]')],
  ['bad-number', depth('[]', '"U":2,"u":1')],
  ['malformed', depth('[["1","0.5","x"]]')],
  ['malformed', depth('[["1"]]')],
  ['malformed', depth('[[1,1]]')],
  ['malformed', depth('[["1","1"],]')],
  ['malformed', depth('{}')],
  ['malformed', depth('null')],
  ['off-grid', depth('[["1.5","1"],["1.555","1"]]')],
  ['malformed', inStream('ethusdt@trade', GOOD)],
  ['malformed', inStream('btcusdt@depth', GOOD)],
  ['malformed', inStream('btcusdt@ticker', GOOD)],
  ['malformed', inStream('btcusdt@aggTrade', TICKER)],
  ['malformed', inStream('btcusdt@depth5', depth('[]'))],
  ['malformed', inStream('btc\\u0075sdt@trade', GOOD)],
  ['unknown-kind', inStream('btcusdt', GOOD)],
  ['unknown-symbol', '{"lastUpdateId":160,"bids":[],"asks":[]}'],
  ['unknown-kind', '{"e":"somethingNew","s":"BTCUSDT"}'],
  ['unknown-kind', '{"__proto__":{"e":"trade"}}'],
  ['unknown-kind', '{"result":null,"id":1,"more":2}'],
  ['unknown-kind', '{}'],
  ['unknown-kind', '[1,2,3]'],
  ['unknown-kind', '[]'],
  ['malformed', '"text"'],
  ['malformed', ''],
  ['malformed', `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`],
  ['malformed', '['.repeat(100_000)],
]
for (const [reason, frame] of HOSTILE)
  test(`spot refuses as ${reason}: ${frame.slice(0, 110)}`, () => {
    const trial = trialOf('spot')
    deepEqual(trial.agree(Buffer.from(frame)), { refused: reason })
  })

const CONTROL: readonly (readonly [Dialect, string])[] = [
  ['spot', '{"result":null,"id":1}'],
  ['spot', '{"result":["btcusdt@aggTrade"],"id":"x"}'],
  ['spot', '{"code":2,"msg":"Invalid request: missing field `method` at line 1 column 73"}'],
  ['spot', '{"error":{"code":2,"msg":"Invalid request"},"id":5}'],
  ['spot', '{"e":"serverShutdown","E":1770123456789}'],
  ['spot', '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}'],
  ['spot', '{"stream":"dogeusdt@ticker","data":{"e":"24hrTicker","E":1,"s":"DOGEUSDT"}}'],
  ['spot', '{"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker","s":"A"},{"e":"24hrMiniTicker","s":"B"}]}'],
  ['usdm', '[{"e":"24hrMiniTicker","s":"A"}]'],
  ['usdm', '{"stream":"!markPrice@arr@1s","data":[{"e":"markPriceUpdate","s":"A","p":"1"}]}'],
  ['usdm', '{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","q":"1"}}'],
  [
    'usdm',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":1,"p":"0","q":"0","X":"NA","m":true}}',
  ],
]
for (const [dialect, frame] of CONTROL)
  test(`${dialect} passes over ${frame.slice(0, 90)}`, () => {
    const trial = trialOf(dialect)
    deepEqual(trial.agree(Buffer.from(frame)), {
      kind: 'control',
      ids: { first: -1, last: -1, previous: -1 },
      instrument: -1,
      records: '',
    })
    equal(trial.codec.instrument, -1)
  })

/** The records of a frame in words: kind, flags, instants, extra and lanes. */
function told(trial: CodecTrial, frame: string): unknown[] {
  const kind = trial.codec.decode(0, trial.put(Buffer.from(frame)), 17, 5)
  ok(kind >= 0, `${REFUSAL_NAMES[-kind]}: ${frame}`)
  const record = new EventRecord(trial.codec.batch)
  return Array.from({ length: trial.codec.batch.count }, (_, at) => {
    const { lane0, lane1, lane2, lane3, flags, venueTime, extra } = record.at(at)
    const set = Object.keys(Flag).filter(name => (flags & Flag[name as keyof typeof Flag]) !== 0)
    equal(record.receiveTime * 1000 + record.receiveNanos, 17_005)
    equal(record.source, 3)
    return [KIND_NAMES[record.kind], set.join(' '), record.instrument, venueTime, extra, lane0, lane1, lane2, lane3]
  })
}

test('levels carry ticks, lots and the update id; an empty one still tells its ids', () => {
  const trial = trialOf('spot')
  deepEqual(told(trial, depth('[["61837.63000000","1.5"],["61837.62","0.00000000"]]', '"U":157,"u":160')), [
    ['level', 'bid', 0, 1000, 0, 6183763, 150000, 160, 0],
    ['level', 'last bid', 0, 1000, 0, 6183762, 0, 160, 0],
  ])
  deepEqual(told(trial, depth('[]', '"U":161,"u":163')), [])
  deepEqual({ ...trial.codec.ids }, { first: 161, last: 163, previous: -1 })
  equal(trial.codec.instrument, 0)
})

test('levels keep the order of the frame, and steps that are not one', () => {
  const asksFirst = ofEth(
    '{"e":"depthUpdate","a":[["2.5","0.1"]],"u":3,"b":[["2.0","0.025"]],"U":3,"s":"BTCUSDT","E":9}',
  )
  deepEqual(told(trialOf('spot'), asksFirst), [
    ['level', '', 1, 9000, 0, 5, 4, 3, 0],
    ['level', 'last bid', 1, 9000, 0, 4, 1, 3, 0],
  ])
})

test('the aggressor is the one who did not make, and an aggregate counts its trades', () => {
  const trial = trialOf('usdm')
  const aggregate = (maker: boolean): string =>
    `{"e":"aggTrade","E":5,"s":"BTCUSDT","a":1,"p":"1.01","q":"5","nq":"4","f":8,"l":10,"T":4,"m":${maker}}`
  deepEqual(told(trial, aggregate(true)), [['trade', 'last aggregate', 0, 4000, 3, 101, 500000, 10, 8]])
  deepEqual(told(trial, aggregate(false)), [['trade', 'last aggressorBuy aggregate', 0, 4000, 3, 101, 500000, 10, 8]])
})

test('an execution type that is absent is MARKET only where nothing stands in its place', () => {
  const trial = trialOf('usdm')
  const bare = '{"e":"trade","E":5,"s":"BTCUSDT","t":7,"p":"1","q":"1","T":4,"m":true}'
  equal(told(trial, bare).length, 1)
  deepEqual(trial.agree(Buffer.from(bare.replace('"t":7', '"t":7,"Y":"INSURANCE_FUND"'))), { refused: 'missing-field' })
})

test('a quote carries its update id in the ids, to be compared with the book', () => {
  const trial = trialOf('spot')
  deepEqual(told(trial, TICKER), [['quote', 'last', 0, 0, 0, 100, 100000, 200, 100000]])
  deepEqual({ ...trial.codec.ids }, { first: -1, last: 1, previous: -1 })
})

test('milliseconds and microseconds are told apart by size', () => {
  const at = (time: string): unknown => (told(trialOf('spot'), GOOD.replace('"T":1', `"T":${time}`))[0] as unknown[])[3]
  deepEqual(
    ['1723161255343', '1723161255343123', '99999999999', '100000000000000'].map(at),
    [1723161255343000, 1723161255343123, 99999999999000, 100000000000000],
  )
})

test('a bar is two records, and its quote volume the float nearest to the text', () => {
  const bar = (volume: string): string =>
    `{"e":"kline","E":9,"s":"BTCUSDT","k":{"t":6,"T":8,"s":"BTCUSDT","i":"1M","f":-1,"L":-1,"o":"2","c":"2.5","h":"3","l":"1","v":"5","n":4,"x":true,"q":"${volume}","V":"2","Q":"1","B":"0"}}`
  for (const volume of [
    '95.00000000',
    '0',
    '12345678901.12345678',
    '99999999999999999999.5',
    '0.1',
    '0.30000000000000004',
  ])
    deepEqual(told(trialOf('usdm'), bar(volume)), [
      ['bar', 'closed', 0, 6000, 2_592_000, 200, 300, 100, 250],
      ['bar-volume', 'last closed', 0, 9000, 2_592_000, 500000, 4, 200000, Number(volume)],
    ])
  deepEqual(trialOf('usdm').agree(Buffer.from(bar('1'.repeat(41)))), { refused: 'bad-number' })
  const promised = inStream('btcusdt@kline_1m', bar('1'))
  deepEqual(trialOf('usdm').agree(Buffer.from(promised)), { refused: 'malformed' })
})

test('a mark comes with the funding ahead, except of a contract that pays none', () => {
  const mark = (rate: string, next: number): string =>
    `{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"${rate}","T":${next}}`
  deepEqual(told(trialOf('usdm'), mark('-0.00038167', 1562306400000)), [
    ['mark', '', 0, 1562305380000000, 0, 1179415000000, 1178462659091, 1178425641265, 0],
    ['funding', 'last', 0, 1562305380000000, 0, -381670000, 1562306400000000, 0, 0],
  ])
  deepEqual(told(trialOf('usdm'), mark('', 0)), [
    ['mark', 'last', 0, 1562305380000000, 0, 1179415000000, 1178462659091, 1178425641265, 0],
  ])
})

test('D60 a contract that is halted, that nobody follows, and states that nobody knows', () => {
  const contract = (symbol: string, state: string): string =>
    `{"stream":"!contractInfo","data":{"e":"contractInfo","E":1669647330076,"s":"${symbol}","ct":"PERPETUAL","cs":${state}}}`
  const status = (state: string): unknown => told(trialOf('usdm'), contract('ETHUSDT', `"${state}"`))
  for (const [state, word] of [
    ['TRADING', 1],
    ['TRADING_HALT', 2],
    ['SETTLING', 4],
    ['PENDING_TRADING', 4],
  ] as const)
    deepEqual(status(state), [['status', 'last', 1, 1669647330076000, 0, word, 0, 0, 0]])
  const trial = trialOf('usdm')
  const control = { kind: 'control', ids: { first: -1, last: -1, previous: -1 }, instrument: -1, records: '' }
  deepEqual(trial.agree(Buffer.from(contract('IOTAUSDT', '"WHATEVER"'))), control)
  deepEqual(trial.agree(Buffer.from(contract('BTCUSDT', '"WHATEVER"'))), { refused: 'unknown-kind' })
  deepEqual(trial.agree(Buffer.from(contract('BTCUSDT', '1'))), { refused: 'malformed' })
  deepEqual(trial.agree(Buffer.from(contract('BTCUSDT', '"TRADING","cs":"TRADING"'))), { refused: 'missing-field' })
  deepEqual(trialOf('spot').agree(Buffer.from(contract('BTCUSDT', '"SETTLING"'))), control)
})

test('more levels than there is room for are refused whole, and a frame beyond the buffer too', () => {
  const { codec } = trialOf('spot', undefined, 3)
  const rows = Array.from({ length: 4 }, (_, row) => `["${row + 1}","1"]`)
  const frame = Buffer.from(depth(`[${rows}]`))
  codec.buffer.set(frame)
  equal(codec.decode(0, frame.length, 0, 0), Refusal.tooLarge)
  equal(codec.batch.count, 0)
  const room = codec.buffer.length - SLACK
  equal(codec.decode(0, room + 1, 0, 0), Refusal.tooLarge)
  equal(codec.decode(room - 3, room + 1, 0, 0), Refusal.tooLarge)
  equal(codec.decode(room - 3, room, 0, 0), Refusal.malformed)
})

test('frames that touch in the receive buffer are read one by one', () => {
  const { codec } = trialOf('spot')
  const frames = [GOOD, TICKER, GOOD].map(text => Buffer.from(text))
  codec.buffer.set(Buffer.concat(frames))
  let from = 0
  const kinds = frames.map(({ length }) => {
    const kind = codec.decode(from, from + length, 0, 0)
    from += length
    return kind
  })
  deepEqual(kinds, [FrameKind.trade, FrameKind.quote, FrameKind.trade])
})

test('P-21 ten megabytes of anything are answered without ten more', () => {
  const codec = venueOf('spot').makeCodec(new InstrumentTable([]), 10 << 20, 16, 0)
  const room = codec.buffer.length - SLACK
  for (const filling of ['[', '{"a":', '"', '1', ' ', '[[],', '{"a":[],']) {
    for (let at = 0; at < room; at += filling.length) codec.buffer.set(Buffer.from(filling), at)
    const before = process.memoryUsage().heapUsed
    ok(codec.decode(0, room, 0, 0) < 0)
    ok(process.memoryUsage().heapUsed - before < 1 << 20)
  }
})

test('nothing is allocated for a frame, of any kind', () => {
  const frames: readonly [Dialect, string][] = [
    ['spot', inStream('btcusdt@bookTicker', TICKER)],
    ['spot', inStream('btcusdt@trade', GOOD)],
    [
      'spot',
      inStream(
        'btcusdt@depth@100ms',
        depth('[["61837.63","1.5"],["1234567890.12","0.00001"]]', '"U":50093239189,"u":50093239189'),
      ),
    ],
    ['spot', ` ${GOOD.replaceAll(':', ' : ')} `],
    ['spot', GOOD.replace('"p":"1"', '"p":"1.001"')],
    ['spot', inStream('btcusdt@ticker', '{"e":"24hrTicker","x":[1,{"y":null}]}')],
  ]
  for (const [dialect, frame] of frames) {
    const trial = trialOf(dialect)
    const to = trial.put(Buffer.from(frame))
    ok(leastAllocated(() => trial.codec.decode(0, to, 17, 5)) < 4, frame)
  }
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

/** A table that holds every digit of the texts. */
function learnt(dialect: Dialect, texts: readonly string[]): InstrumentTable {
  const grids = venueOf(dialect).inferGrids()
  for (const text of texts) grids.learn(text, text.includes('lastUpdateId') ? 'SOMEUSDT' : undefined)
  return new InstrumentTable(grids.instruments())
}

for (const dialect of ['spot', 'usdm'] as const)
  test(`${dialect}: one recorded message of each kind is what it is called`, { skip }, () => {
    const kinds: Readonly<Record<string, string>> = {
      aggTrade: 'trade',
      bookTicker: 'quote',
      'depth@100ms': 'depth',
      'depth@0ms': 'depth',
      kline_1m: 'bar',
      'rest-depth-snapshot': 'snapshot',
      trade: 'trade',
    }
    const lines = readFileSync(new URL(`binance-${dialect}/one-of-each.jsonl`, place), 'utf8')
      .trim()
      .split('\n')
    const samples = lines.map(line => JSON.parse(line) as { kind: string; raw: string })
    const table = learnt(
      dialect,
      samples.map(({ raw }) => raw),
    )
    const trial = trialOf(dialect, table)
    for (const { kind, raw } of samples) {
      const frame = Buffer.from(raw)
      const isBook = kind === 'rest-depth-snapshot'
      const book = table.find(`binance-${dialect}`, 'SOMEUSDT')!.index
      const made = trial.agree(frame, isBook ? trial.bothSnapshots(frame, book) : trial.both(frame))
      equal('kind' in made ? made.kind : made.refused, kinds[kind], raw)
    }
  })

const FIXTURES: Readonly<Record<string, readonly unknown[]>> = {
  'agg_trade_stream.json': [['trade', 'last aggregate', 0, 123456785000, 6, 1, 100, 105, 100]],
  'book_ticker_stream.json': [['quote', 'last', 0, 1568014460891000, 0, 253519, 3121, 253652, 4066]],
  'depth_update_stream.json': [
    ['level', 'bid', 0, 123456788000, 0, 24, 10, 160, 0],
    ['level', 'last', 0, 123456788000, 0, 26, 100, 160, 0],
  ],
  'kline_stream_closed.json': [
    ['bar', 'closed', 0, 1638747660000000, 60, 10, 25, 10, 20],
    ['bar-volume', 'last closed', 0, 1638747660000000, 60, 1000, 100, 500, 1],
  ],
  'kline_stream_open.json': [
    ['bar', '', 0, 1638747660000000, 60, 10, 25, 15, 20],
    ['bar-volume', 'last', 0, 1638747660000000, 60, 1000, 100, 500, 1],
  ],
  'liquidation_stream.json': [],
  'mark_price_stream.json': [
    ['mark', '', 0, 1562305380000000, 0, 1179415000000, 1178462659091, 1178425641265, 0],
    ['funding', 'last', 0, 1562305380000000, 0, 381670000, 1562306400000000, 0, 0],
  ],
  'ticker_stream.json': [],
  'trade_stream.json': [['trade', 'last', 0, 123456785000, 1, 1, 100, 5933014, 5933014]],
}
for (const [file, expected] of Object.entries(FIXTURES))
  test(`usdm: the published example ${file}`, { skip }, () => {
    const text = readFileSync(new URL(`binance-usdm/fixtures/market_data/${file}`, place), 'utf8')
    const trial = trialOf('usdm', learnt('usdm', [text]))
    deepEqual(told(trial, text), expected)
    trial.agree(Buffer.from(text))
  })
