import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { leastAllocated, outcome, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { threeProducts, trialOf } from './codec-trial.conformance.ts'
import { coinbase } from './coinbase-venue.ts'
import type { CoinbaseOracle } from './market-codec-oracle.ts'

const frame = (channel: string, events: string, more = ''): string =>
  `{"channel":"${channel}",${more}"timestamp":"2026-08-09T21:05:48.228971266Z","sequence_num":13,"events":[${events}]}`
const update = (side: string, price: string, size: string): string =>
  `{"side":"${side}","event_time":"2026-08-09T21:05:48.170326Z","price_level":"${price}","new_quantity":"${size}"}`
const book = (type: string, product: string, ...updates: string[]): string =>
  `{"type":"${type}","product_id":"${product}","updates":[${updates}]}`
const trade = (product: string, id: string, price: string, size: string, side: string, second: number): string =>
  `{"product_id":"${product}","trade_id":"${id}","price":"${price}","size":"${size}","time":"2026-08-09T21:05:4${second}.82Z","side":"${side}"}`

/** A frame of each kind in both dialects. */
const SAMPLES = [
  frame('l2_data', book('update', 'BTC-USD', update('bid', '65062.5', '0.00583'), update('offer', '65106.54', '0'))),
  frame('l2_data', book('snapshot', 'ETH-USD', update('bid', '1919.5', '0.025')), '"client_id":"",'),
  frame('l2_data', `${book('snapshot', 'SKL-USD')},${book('update', 'BTC-USD', update('offer', '1', '2'))}`),
  frame(
    'market_trades',
    `{"type":"snapshot","trades":[${trade('BTC-USD', '7', '1.5', '2', 'BUY', 4)},${trade('SKL-USD', '9007199254740993', '0.0001', '3', 'SELL', 2)}]}`,
  ),
  frame('market_trades', `{"type":"update","trades":[${trade('ETH-USD', 'a-12', '1.5', '0.025', 'SELL', 1)}]}`),
  frame(
    'ticker',
    '{"type":"update","tickers":[{"type":"ticker","product_id":"BTC-USD","price":"68900.505","best_bid":"68900.00","best_bid_quantity":"1.5","best_ask":"68901.00","best_ask_quantity":"0.5"},{"product_id":"SKL-USD","best_bid":"0","best_bid_quantity":"","best_ask":null}]}',
  ),
  frame(
    'candles',
    '{"type":"snapshot","candles":[{"start":"1786279500","high":"20","low":"18.5","open":"19","close":"19.5","volume":"13.0","product_id":"ETH-USD"}]}',
  ),
  frame(
    'status',
    '{"type":"snapshot","products":[{"id":"XYZ-USD","status":"online"},{"id":"SKL-USD","status":"offline"}]}',
  ),
  frame('heartbeats', '{"current_time":"2026-08-09 21:05:48.85 +0000 UTC m=+41691.26","heartbeat_counter":41691}'),
  '{"type":"snapshot","product_id":"SKL-USD","asks":[["0.7911","450"],["0.79120","6908.0"]],"bids":[["0.7902","468.0"]]}',
  '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","10101.80000000","0.162567"],["sell","10102.55","0.00000000"]],"time":"2019-08-14T20:42:27.265Z"}',
  '{"type":"last_match","trade_id":563678,"maker_order_id":"a7","side":"sell","size":"70","price":"0.4394","product_id":"SKL-USD","sequence":1,"time":"2021-04-17T16:43:18.435588Z"}',
  '{"type":"ticker","sequence":7,"product_id":"BTC-USD","price":"3.2981","best_bid":"3.29","best_bid_size":"1","best_ask":"3.30","best_ask_size":"2","side":"buy","time":"2021-04-17T16:41:49.984117Z","trade_id":99021}',
  '{"type":"status","products":[{"id":"BTC-USD","status":"online"}],"currencies":[]}',
]

proveCodec({ name: 'coinbase', samples: SAMPLES, makeTrial: () => trialOf() })

test('a frame of several books is taken apart into its books, as the oracle does', () => {
  const trial = trialOf()
  const oracle = trial.oracle as CoinbaseOracle
  const events = ['BTC-USD', 'ETH-USD', 'SKL-USD', 'BTC-USD'].map((product, at) =>
    book(at === 3 ? 'update' : 'snapshot', product, update('bid', '2.5', '25')),
  )
  const bytes = Buffer.from(frame('l2_data', events.join()))
  trial.agree(bytes)
  equal(trial.codec.sequence, 13)
  for (let part = 1; part < events.length; part++)
    deepEqual(
      outcome(trial.codec.next!(), trial.codec),
      outcome(oracle.decode(bytes, 17, 5, part), oracle),
      `book ${part}`,
    )
  equal(trial.codec.next!(), FrameKind.control)
  equal(trial.codec.instrument, 0, 'what was read last stays')
})

test('a damaged book behind a sound one refuses the frame, and nothing of it is told', () => {
  const trial = trialOf()
  const events = [
    book('snapshot', 'BTC-USD', update('bid', '2.5', '1')),
    book('snapshot', 'BTC-USD', update('bid', '2.555', '1')),
  ]
  deepEqual(trial.agree(Buffer.from(frame('l2_data', events.join()))), { refused: 'off-grid' })
  equal(trial.codec.sequence, -1)
  equal(trial.codec.next!(), FrameKind.control)
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const CAPTURES: [string, string, number][] = [
  ['coinbase/advanced-btcusd-ethusd-2026-08-09.jsonl.gz', 'coinbase/advanced-products-2026-08-09.jsonl.gz', 1030],
  ['coinbase/pro-five-products-2021-04-17.jsonl.gz', 'coinbase/pro-products-2021-04-17.jsonl.gz', 4970],
]

for (const [file, list, messages] of CAPTURES)
  test(`every message of ${file} is read as the oracle reads it`, { skip }, () => {
    const [products] = recordedLines(new URL(list, place))
    const parsed = coinbase.parseInstruments(products!.raw)
    ok(parsed.ok)
    const lines = recordedLines(new URL(file, place))
    equal(lines.length, messages)
    const grids = coinbase.inferGrids()
    for (const { raw } of lines) grids.learn(raw)
    const tables = [parsed.value.instruments, grids.instruments()].map(all => new InstrumentTable(all))
    for (const table of tables) {
      const trial = trialOf(table, 1 << 17)
      for (const { raw } of lines) ok('kind' in trial.agree(Buffer.from(raw)), raw.slice(0, 300))
    }
  })

test('nothing is allocated for a frame, of any kind', () => {
  const trial = trialOf(threeProducts())
  for (const sample of SAMPLES) {
    const to = trial.put(Buffer.from(sample))
    ok(leastAllocated(() => trial.codec.decode(0, to, 17, 5)) < 4, sample)
  }
})
