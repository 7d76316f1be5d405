import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { FrameKind, Refusal, SLACK } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { recordings } from '../market-codec.conformance.ts'
import { okxVenue, trialOf } from './codec-trial.conformance.ts'

const push = (channel: string, instId: string, data: string, action = ''): string =>
  `{"arg":{"channel":"${channel}","instId":"${instId}"},${action === '' ? '' : `"action":"${action}",`}"data":[${data}]}`
const book = (rows: string, fields: string, action = 'update'): string =>
  push('books', 'BTC-USDT', `{"asks":[${rows}],"bids":[],"ts":"1",${fields}}`, action)
const TRADE = push(
  'trades',
  'BTC-USDT',
  '{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3"}',
)
const TICKER = push(
  'tickers',
  'BTC-USDT',
  '{"instId":"BTC-USDT","askPx":"9999.99","askSz":"11","bidPx":"8888.88","bidSz":"5","ts":"1597026383085"}',
)

test('more levels than there is room for are refused whole, and a frame beyond the buffer too', () => {
  const { codec } = trialOf(undefined, 3)
  const rows = Array.from({ length: 4 }, (_, row) => `["${row + 1}","1","0","1"]`)
  const frame = Buffer.from(book(rows.join(), '"seqId":2,"prevSeqId":1'))
  codec.buffer.set(frame)
  equal(codec.decode(0, frame.length, 0, 0), Refusal.tooLarge)
  equal(codec.batch.count, 0)
  const room = codec.buffer.length - SLACK
  equal(codec.decode(0, room + 1, 0, 0), Refusal.tooLarge)
  equal(codec.decodeSnapshot(0, room + 1, 0, 0, 0), Refusal.tooLarge)
  equal(codec.decode(room - 3, room, 0, 0), Refusal.malformed)
})

test('frames that touch in the receive buffer are read one by one', () => {
  const { codec } = trialOf()
  const frames = [TRADE, TICKER, TRADE].map(text => Buffer.from(text))
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
  const codec = okxVenue.makeCodec(new InstrumentTable([]), 10 << 20, 16, 0)
  const room = codec.buffer.length - SLACK
  for (const filling of ['[', '{"arg":', '"', '1', ' ', '[[],', '{"data":[],']) {
    Buffer.from(codec.buffer.buffer, 0, room).fill(filling)
    const before = process.memoryUsage().heapUsed
    ok(codec.decode(0, room, 0, 0) < 0)
    ok(process.memoryUsage().heapUsed - before < 1 << 20)
  }
})

const FRAMES: readonly string[] = [
  book('["61837.63","1.5","0","3"],["1234567890.12","0.00001","0","10"]', '"seqId":2,"prevSeqId":1'),
  ` ${book('["61837.63","1.5","0","3"]', '"seqId":2,"prevSeqId":1').replaceAll(':', ' : ')} `,
  TRADE,
  TICKER,
  push('bbo-tbt', 'BTC-USDT', '{"asks":[["2","1","0","1"]],"bids":[["1","1","0","1"]],"ts":"1","seqId":5}'),
  push(
    'candle1m',
    'BTC-USDT',
    '["1597026383000","8533.02","8553.74","8527.17","8548.26","45247","529.5","5529.5","0"]',
  ),
  push(
    'funding-rate',
    'BTC-USDT-SWAP',
    '{"instId":"BTC-USDT-SWAP","fundingRate":"0.0000182221218054","fundingTime":"2","ts":"1"}',
  ),
  push('mark-price', 'BTC-USDT', '{"instId":"BTC-USDT","markPx":"42310.612345678901","ts":"1"}'),
  TRADE.replace('"px":"42219.9"', '"px":"42219.999"'),
  '{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"accb8e21"}',
]
/** The heap that a run takes: the least of several, for what else runs in the process is not measured. */
function leastOf(run: (times: number) => void): number {
  const taken = (): number => {
    const before = process.memoryUsage().heapUsed
    run(60_000)
    return process.memoryUsage().heapUsed - before
  }
  run(10_000)
  return Math.min(taken(), taken(), taken())
}

test('nothing is allocated for a frame, of any kind', () => {
  for (const frame of FRAMES) {
    const trial = trialOf()
    const to = trial.put(Buffer.from(frame))
    const least = leastOf(times => {
      for (let time = 0; time < times; time++) trial.codec.decode(0, to, 17, 5)
    })
    // Four bytes a frame would be 240 kB.
    ok(least < 120_000, `${least}: ${frame}`)
  }
})

test('nothing is allocated for a book whose checksum is verified', () => {
  const { codec } = trialOf()
  const feed = new MarketFeed(codec, okxVenue.sequencing, { append: () => {} }, 5, 0)
  const put = (text: string): number => Buffer.from(codec.buffer.buffer).write(text)
  const sum = (text: string): string => `"checksum":${crc32(text) | 0}`
  ok(feed.frame(0, put(book('["2.50","1","0","1"]', sum('2.50:1'), 'snapshot')), 1, 0) === FrameKind.snapshot)
  const to = put(book('["2.50","1","0","1"],["3","0.5","0","1"]', sum('2.50:1:3:0.5')))
  const least = leastOf(times => {
    for (let time = 0; time < times / 2; time++) feed.frame(0, to, 17, 5)
  })
  ok(least < 120_000, String(least))
  equal(feed.counts.checksumsFailed, 0)
  ok(feed.isLive(0))
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

test('one recorded message of each kind is what it is called', { skip }, () => {
  const kinds: Readonly<Record<string, string>> = {
    'books-snapshot': 'snapshot',
    'books-update': 'depth',
    'books-l2-tbt-snapshot': 'snapshot',
    'books-l2-tbt-update': 'depth',
    'trades-data': 'trade',
    // Of an option without a bid.
    'tickers-data': 'control',
  }
  const lines = readFileSync(new URL('okx/one-of-each.jsonl', place), 'utf8').trim().split('\n')
  const samples = lines.map(line => JSON.parse(line) as { kind: string; raw: string })
  const grids = okxVenue.inferGrids()
  for (const { raw } of samples) grids.learn(raw)
  const trial = trialOf(new InstrumentTable(grids.instruments()))
  for (const { kind, raw } of samples) {
    const made = trial.agree(Buffer.from(raw))
    equal(
      'kind' in made ? made.kind : made.refused,
      kind.endsWith('-subscribe') ? 'control' : kinds[kind],
      raw.slice(0, 200),
    )
  }
})
