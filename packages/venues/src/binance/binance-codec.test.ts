import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { FrameKind, type MarketCodec, REFUSAL_NAMES, Refusal } from '@velocimex/core/feed/market-codec'
import { EventRecord, Flag, KIND_NAMES } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import fc from 'fast-check'
import { findVenue } from '../venues.ts'
import type { Dialect, Frame } from './frame.ts'
import { makeInstrument } from './make-instrument.ts'
import { PlainFrames } from './plain-frames.ts'

const DATA = new URL('../../../../../shared/data/', import.meta.url)

interface Line {
  readonly ts: string
  readonly dir: string
  readonly url?: string
  readonly raw: string
}
const capture = (name: string): Line[] =>
  gunzipSync(readFileSync(new URL(name, DATA)))
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Line)

/** The plain reading on its own, as the oracle of the codec. */
function oracleOf(dialect: Dialect, table: InstrumentTable) {
  const stamp = { source: 3, venueTime: 0, venueNanos: 0, receivedAt: 17, receivedNanos: 5 }
  const frame: Frame = {
    batch: new RecordBatch(8192),
    stamp,
    ids: { first: -1, last: -1, previous: -1 },
    instrument: -1,
  }
  return { frame, plain: new PlainFrames(dialect, `binance-${dialect}`, frame, table) }
}

/** Everything a decoding leaves behind, to be compared whole. */
const outcome = (kind: number, batch: RecordBatch, ids: object, instrument: number): unknown =>
  kind < 0
    ? { refused: REFUSAL_NAMES[-kind] }
    : {
        kind,
        ids: { ...ids },
        instrument: kind === 0 ? -1 : instrument,
        records: Buffer.from(batch.bytes.subarray(0, batch.count * 64)).toString('hex'),
      }

function put(codec: MarketCodec, bytes: Uint8Array): number {
  codec.buffer.fill(0x31, bytes.length, bytes.length + 64) // Digits behind the frame: only the sentinel may stop a number.
  codec.buffer.set(bytes)
  return bytes.length
}

function learnt(dialect: Dialect, lines: readonly Line[]): InstrumentTable {
  const venue = findVenue(`binance-${dialect}`)!
  const grids = venue.inferGrids()
  for (const line of lines) grids.learn(line.raw, venue.snapshotSymbol(line.url ?? ''))
  return new InstrumentTable(grids.instruments())
}

const CAPTURES: [Dialect, string][] = [
  ['spot', 'binance-spot/btcusdt-2024-08-08.jsonl.gz'],
  ['spot', 'binance-spot/btcusdt-2024-08-09.jsonl.gz'],
  ['spot', 'binance-spot/ten-symbols-2021-04-17.jsonl.gz'],
  ['usdm', 'binance-usdm/btcusdt-2024-08-08.jsonl.gz'],
  ['usdm', 'binance-usdm/four-symbols-2021-07-22.jsonl.gz'],
]

for (const [dialect, file] of CAPTURES)
  test(`every message of ${file} is read, as the plain reading and JSON.parse read it`, () => {
    const lines = capture(file).filter(line => line.dir === 'recv' || line.dir === 'http')
    const table = learnt(dialect, lines)
    const venue = findVenue(`binance-${dialect}`)!
    const codec = venue.makeCodec(table, 1 << 20, 8192, 3)
    const { frame, plain } = oracleOf(dialect, table)
    let levels = 0
    let expectedLevels = 0
    for (const line of lines) {
      const bytes = Buffer.from(line.raw)
      const to = put(codec, bytes)
      const symbol = venue.snapshotSymbol(line.url ?? '')
      const instrument = symbol === undefined ? -1 : table.find(venue.id, symbol)!.index
      const kind = symbol === undefined ? codec.decode(0, to, 17, 5) : codec.decodeSnapshot(0, to, instrument, 17, 5)
      const twin = symbol === undefined ? plain.socket(bytes, 0, to) : plain.snapshot(bytes, 0, to, instrument)
      ok(kind > 0, `${REFUSAL_NAMES[-kind]}: ${line.raw.slice(0, 200)}`)
      deepEqual(
        outcome(kind, codec.batch, codec.ids, codec.instrument),
        outcome(twin, frame.batch, frame.ids, frame.instrument),
      )
      const { data = JSON.parse(line.raw) } = JSON.parse(line.raw)
      if (kind === FrameKind.depth || kind === FrameKind.snapshot) {
        levels += codec.batch.count
        expectedLevels += (data.b ?? data.bids).length + (data.a ?? data.asks).length
        checkAsFloats(codec, table, [...(data.b ?? data.bids), ...(data.a ?? data.asks)])
      }
    }
    equal(levels, expectedLevels)
  })

/** Prices and quantities as floats, an oracle that shares no line with either reading. */
function checkAsFloats(codec: MarketCodec, table: InstrumentTable, rows: readonly [string, string][]): void {
  const { price, quantity } = table.at(codec.instrument)
  const record = new EventRecord(codec.batch)
  for (const [at, row] of rows.entries()) {
    record.at(at)
    const asPrice = (record.price * price.step) / 10 ** price.decimals
    const asQuantity = (record.quantity * quantity.step) / 10 ** quantity.decimals
    if (asPrice !== Number(row[0]) || Math.abs(asQuantity - Number(row[1])) > 1e-9 * asQuantity)
      equal([asPrice, asQuantity], row)
  }
  if (rows.length > 0) ok((record.flags & Flag.last) !== 0)
}

const grid = (decimals: number, step = 1) => ({ decimals, step })
const draft = (symbol: string, base: string, price: ReturnType<typeof grid>, quantity: ReturnType<typeof grid>) =>
  ({
    symbol,
    base,
    quote: 'USDT',
    settle: 'USDT',
    kind: 'spot',
    expiry: '',
    price,
    quantity,
    bounds: {},
    grids: 'published',
  }) as const
const TABLE = (dialect: Dialect): InstrumentTable =>
  new InstrumentTable([
    makeInstrument(dialect, `binance-${dialect}`, 0, draft('BTCUSDT', 'BTC', grid(2), grid(5))),
    makeInstrument(dialect, `binance-${dialect}`, 1, draft('ETHUSDT', 'ETH', grid(1, 5), grid(3))),
    makeInstrument(dialect, `binance-${dialect}`, 2, draft('币安人生USDT', '币安人生', grid(8), grid(0))),
  ])

/** One frame of every shape that the fast reading knows, and the plain-only ones. */
const SAMPLES: Readonly<Record<Dialect, readonly string[]>> = {
  spot: [
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[["61737.63000000","0.00000000"],["61730.17","12345.67891"]],"a":[["61837.64000000","1.54698000"]]}}',
    '{"e":"depthUpdate","E":1723161255208,"s":"ETHUSDT","U":1,"u":2,"b":[],"a":[["2500.5","0.1"]]}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1618677393278,"s":"BTCUSDT","a":8612,"p":"18.99","q":"1.06","f":9334,"l":9336,"T":1618677393275,"m":false,"M":true}}',
    '{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}',
    '{"stream":"btcusdt@depth5","data":{"lastUpdateId":160,"bids":[["61837.63","10"]],"asks":[["61838.00","100.5"]]}}',
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1618677377951,"s":"BTCUSDT","k":{"t":1618677360000,"T":1618677419999,"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"19.5","c":"19","h":"20","l":"18","v":"5","n":1,"x":true,"q":"95.00","V":"5.00","Q":"95.00","B":"0"}}}',
    '{"stream":"币安人生usdt@trade","data":{"e":"trade","E":1723161255343123,"s":"币安人生USDT","t":1,"p":"0.00000001","q":"900719925474","T":1723161255342456,"m":false,"M":true}}',
  ],
  usdm: [
    '{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123107832006,"u":5123107837557,"pu":5123107831937,"b":[["58710.20","0.014"],["61496.50","0.010"]],"a":[["61510.9","0.000"]]}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256523,"T":1723161256523,"s":"BTCUSDT","t":5266583939,"p":"61800.20","q":"0.015","X":"MARKET","m":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992747395,"a":16599297,"s":"BTCUSDT","p":"1.01000","q":"5","f":23961327,"l":23961329,"T":1626992747239,"m":true}}',
    '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":600859984343,"s":"BTCUSDT","b":"7.6160","B":"8","a":"7.6180","A":"4","T":1626992757352,"E":1626992757354}}',
    '{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"-0.00038167","T":1562306400000}}',
    '{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"ETHUSDT","U":5,"u":7,"pu":4,"b":[["2500.5","1.250"]],"a":[]}',
  ],
}

interface Pair {
  readonly codec: MarketCodec
  readonly both: (bytes: Uint8Array) => [ours: unknown, twin: unknown]
}
function pairOf(dialect: Dialect): Pair {
  const table = TABLE(dialect)
  const codec = findVenue(`binance-${dialect}`)!.makeCodec(table, 1 << 16, 256, 3)
  const { frame, plain } = oracleOf(dialect, table)
  // The names of the streams are learnt from a first, whole frame; only then is the fast reading under test.
  for (const sample of SAMPLES[dialect]) codec.decode(0, put(codec, Buffer.from(sample)), 17, 5)
  const both = (bytes: Uint8Array): [unknown, unknown] => {
    const to = put(codec, bytes)
    const kind = codec.decode(0, to, 17, 5)
    equal(codec.buffer[to], 0x31, 'the byte behind the frame is given back')
    const ours = outcome(kind, codec.batch, codec.ids, codec.instrument)
    return [ours, outcome(plain.socket(bytes, 0, bytes.length), frame.batch, frame.ids, frame.instrument)]
  }
  return { codec, both }
}

for (const dialect of ['spot', 'usdm'] as const) {
  test(`${dialect}: P-21 every cut and every change of one byte of every frame is read as the plain reading reads it`, () => {
    const { both } = pairOf(dialect)
    let accepted = 0
    for (const sample of SAMPLES[dialect]) {
      const bytes = Buffer.from(sample)
      for (let length = 0; length <= bytes.length; length++) {
        const [ours, twin] = both(bytes.subarray(0, length))
        deepEqual(ours, twin, sample.slice(0, length))
        if (length < bytes.length) deepEqual(ours, { refused: 'malformed' })
      }
      for (let at = 0; at < bytes.length; at++) {
        for (const byte of [
          0, 0x20, 0x22, 0x2d, 0x2e, 0x30, 0x31, 0x39, 0x3a, 0x41, 0x5c, 0x5d, 0x65, 0x7b, 0x7d, 0x80, 0xff,
        ]) {
          const changed = Buffer.from(bytes)
          changed[at] = byte
          const [ours, twin] = both(changed)
          deepEqual(ours, twin, changed.toString('latin1'))
          if (!('refused' in (ours as object))) accepted++
        }
      }
    }
    ok(accepted > 100, 'some changes leave a valid frame, with another number in it')
  })

  test(`${dialect}: P-21 frames changed in several places, cut and glued`, () => {
    const { both } = pairOf(dialect)
    const edit = fc.record({
      at: fc.nat(400),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.string({ maxLength: 6 }),
        fc.constantFrom(
          '"',
          '0',
          '1',
          '.',
          ',',
          '[',
          ']',
          '{',
          '}',
          ':',
          '00',
          '\\u0042',
          ' ',
          '\n',
          'e5',
          '-',
          '"b":',
          '"__proto__":{}',
        ),
      ),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES[dialect]),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (sample, edits) => {
          let text = sample
          for (const { at, remove, insert } of edits)
            text = text.slice(0, at % text.length) + insert + text.slice((at % text.length) + remove)
          const [ours, twin] = both(Buffer.from(text))
          deepEqual(ours, twin)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  test(`${dialect}: fields in any order, blanks and unknown fields mean the same`, () => {
    const { both } = pairOf(dialect)
    for (const sample of SAMPLES[dialect]) {
      const [plainly] = both(Buffer.from(sample))
      const wire = JSON.parse(sample, (_key, value, context?: { source?: string }) =>
        typeof value === 'number' ? { n: context?.source } : value,
      )
      const shuffle = (value: unknown): unknown =>
        value === null || typeof value !== 'object' || Array.isArray(value)
          ? value
          : Object.fromEntries(
              Object.entries({ unknown: [1, { deep: null }], ...value })
                .reverse()
                .map(([key, inner]) => [key, key === 'k' || key === 'data' ? shuffle(inner) : inner]),
            )
      const text = JSON.stringify(shuffle(wire), null, 1).replaceAll(/\{\s*"n": "(\d+)"\s*\}/g, '$1')
      deepEqual(both(Buffer.from(text))[0], plainly, text)
    }
  })
}

const hostile: [string, string][] = [
  ['unknown-symbol', '{"e":"trade","E":1,"s":"DOGEUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}'],
  ['missing-field', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"q":"1","T":1,"m":true,"M":true}'],
  ['malformed', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","p":"2","q":"1","T":1,"m":true,"M":true}'],
  ['malformed', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":1,"q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":9007199254740993,"p":"1","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":1e3,"p":"1","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1e5","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"-1","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"0.00","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"123456789012345678.00","q":"1","T":1,"m":true,"M":true}'],
  ['off-grid', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1.001","q":"1","T":1,"m":true,"M":true}'],
  ['off-grid', '{"e":"trade","E":1,"s":"ETHUSDT","t":1,"p":"1.1","q":"1","T":1,"m":true,"M":true}'],
  ['bad-number', '{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":1,"b":[["1","-0.5"]],"a":[]}'],
  ['malformed', '{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":1,"b":[["1","0.5","x"]],"a":[]}'],
  [
    'malformed',
    '{"stream":"ethusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}}',
  ],
  [
    'malformed',
    '{"stream":"btcusdt@depth","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}}',
  ],
  ['unknown-symbol', '{"lastUpdateId":160,"bids":[],"asks":[]}'],
  ['unknown-kind', '{"e":"somethingNew","s":"BTCUSDT"}'],
  ['unknown-kind', '{"__proto__":{"e":"trade"}}'],
  ['malformed', '[1,2,3]'],
  ['malformed', `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`],
]
for (const [reason, text] of hostile)
  test(`spot refuses as ${reason}: ${text.slice(0, 90)}`, () => {
    const { both } = pairOf('spot')
    const [ours, twin] = both(Buffer.from(text))
    deepEqual(ours, { refused: reason })
    deepEqual(twin, { refused: reason })
  })

test('answers to commands and streams that are not read are control frames', () => {
  const { codec } = pairOf('spot')
  for (const text of [
    '{"result":null,"id":1}',
    '{"code":2,"msg":"Invalid request"}',
    '{"e":"serverShutdown","E":1770123456789}',
    '{"stream":"btcusdt@ticker","data":{"e":"24hrTicker","E":1,"s":"BTCUSDT"}}',
  ])
    equal(codec.decode(0, put(codec, Buffer.from(text)), 0, 0), FrameKind.control, text)
})

test('more levels than there is room for are refused whole, and a frame beyond the buffer too', () => {
  const codec = findVenue('binance-spot')!.makeCodec(TABLE('spot'), 4096, 3, 0)
  const rows = Array.from({ length: 4 }, (_, row) => `["${row + 1}","1"]`)
  const text = `{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":1,"b":[${rows}],"a":[]}`
  equal(codec.decode(0, put(codec, Buffer.from(text)), 0, 0), Refusal.tooLarge)
  equal(codec.batch.count, 0)
  equal(codec.decode(0, 5000, 0, 0), Refusal.tooLarge)
})

test('an execution outside the book is no trade of the book', () => {
  const { codec } = pairOf('usdm')
  const text = SAMPLES.usdm[1]!.replace('MARKET', 'INSURANCE_FUND')
  equal(codec.decode(0, put(codec, Buffer.from(text)), 0, 0), FrameKind.control)
})

test('records carry what the frame said', () => {
  const { codec } = pairOf('usdm')
  equal(codec.decode(0, put(codec, Buffer.from(SAMPLES.usdm[4]!)), 17, 5), FrameKind.mark)
  const record = new EventRecord(codec.batch)
  equal(KIND_NAMES[record.at(0).kind], 'mark')
  deepEqual(
    [record.lane0, record.lane1, record.lane2, record.venueTime],
    [1179415000000, 1178462659091, 1178425641265, 1562305380000000],
  )
  equal(KIND_NAMES[record.at(1).kind], 'funding')
  deepEqual([record.lane0, record.lane1, record.isLast], [-381670000, 1562306400000000, true])
  equal(codec.decode(0, put(codec, Buffer.from(SAMPLES.usdm[2]!)), 17, 5), FrameKind.trade)
  record.at(0)
  deepEqual(
    [record.price, record.quantity, record.lane2, record.lane3, record.extra, record.aggressorBuy, record.receiveNanos],
    [101, 500000, 23961329, 23961327, 3, false, 5],
  )
})
