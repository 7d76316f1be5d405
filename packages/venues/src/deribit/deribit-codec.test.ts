import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { leastAllocated, outcome, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { trialOf } from './codec-trial.conformance.ts'
import { deribit } from './deribit-venue.ts'
import type { DeribitOracle } from './market-codec-oracle.ts'

const note = (channel: string, data: string): string =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
const trade = (instrument: string, price: string, amount: string, id: string, more = ''): string =>
  `{"timestamp":1765531356452,"price":${price},"amount":${amount},"contracts":1.0,"direction":"sell","index_price":92276.75,"instrument_name":"${instrument}","trade_seq":271252854,${more}"trade_id":"${id}"}`

/** A frame of each kind. */
const SAMPLES = [
  note(
    'book.BTC-PERPETUAL.100ms',
    '{"type":"snapshot","instrument_name":"BTC-PERPETUAL","timestamp":1699999999000,"change_id":123456789,"prev_change_id":null,"bids":[["new",42500.0,1000.0],["new",42499.5,20]],"asks":[["new",42501.0,1.5e3]]}',
  ),
  note(
    'book.ETH-9APR21-1950-C.raw',
    '{"type":"change","timestamp":1617644900642,"prev_change_id":8973378356,"instrument_name":"ETH-9APR21-1950-C","change_id":8973378471,"bids":[["new",0.079,4.0],["delete",5.0e-4,0.0]],"asks":[["change",1.0,0.1]]}',
  ),
  note(
    'book.BTC-PERPETUAL.none.10.100ms',
    '{"instrument_name":"BTC-PERPETUAL","timestamp":1769246173071,"change_id":136725664747,"bids":[[89532.5,254900.0]],"asks":[[89533.0,91570.0],[89534,10]]}',
  ),
  note('book.BTC-PERPETUAL.5.10.agg2', '{"instrument_name":"BTC-PERPETUAL","bids":[[89530.0,254900.0]],"asks":[]}'),
  note(
    'trades.BTC-PERPETUAL.100ms',
    `[${trade('BTC-PERPETUAL', '92294.5', '10.0', '403691824')},${trade('BTC-PERPETUAL', '92288.5', '750', 'ETH-2696097', '"liquidation":"T",')}]`,
  ),
  note(
    'trades.option.ETH.raw',
    `[${trade('ETH-16APR21-1600-C', '0.00001', '1', '1')},${trade('ETH-9APR21-1950-C', '0.0795', '0.1', '2', '"iv":83.39,')},${trade('ETH-9APR21-1950-C', '0.07951', '25', '3', '"block_trade_id":"77",')}]`,
  ),
  note(
    'ticker.BTC-PERPETUAL.100ms',
    '{"timestamp":1765541474086,"state":"open","stats":{"high":93612.0,"low":null},"index_price":92263.55,"instrument_name":"BTC-PERPETUAL","mark_price":92281.78,"best_ask_price":92284.0,"best_bid_price":92283.5,"estimated_delivery_price":92263.55,"best_ask_amount":186520.0,"best_bid_amount":117660.0,"current_funding":-0.00025056853702101664,"funding_8h":1.742e-05}',
  ),
  note(
    'ticker.ETH-9APR21-1950-C.raw',
    '{"timestamp":1618677849165,"instrument_name":"ETH-9APR21-1950-C","mark_price":2.0937e-4,"index_price":60617.36,"greeks":{"vega":1.30028},"best_bid_price":0.0,"best_bid_amount":0.0,"best_ask_price":0.001,"best_ask_amount":58.0}',
  ),
  note(
    'quote.ETH_USDC-PERPETUAL',
    '{"timestamp":1765541767174,"instrument_name":"ETH_USDC-PERPETUAL","best_ask_price":2288.5,"best_bid_price":2288.05,"best_ask_amount":99.47,"best_bid_amount":0.133}',
  ),
  note('perpetual.BTC-PERPETUAL.100ms', '{"timestamp":1571386349530,"interest":0.00498737,"index_price":7872.88}'),
  note(
    'chart.trades.BTC-PERPETUAL.1',
    '{"tick":1767200040000,"open":87490.0,"high":87500.0,"low":87465.0,"close":87474.0,"volume":0.95978896,"cost":83970.0}',
  ),
  note(
    'chart.trades.ETH_USDC-PERPETUAL.1D',
    '{"tick":1767200040000,"open":7490.01,"high":7500,"low":7465.0,"close":7474.0,"volume":0.95978896,"cost":7200.123456}',
  ),
  note('instrument.state.any.any', '{"timestamp":1553080940000,"state":"terminated","instrument_name":"BTC_USDC"}'),
  note('platform_state', '{"price_index":"eth_usdc","locked":true}'),
  note('platform_state', '{"price_index":"btc_usd","locked":false}'),
  note('platform_state', '{"maintenance":true}'),
  note('platform_state.public_methods_state', '{"allow_unauthenticated_public_requests":true}'),
  note('deribit_volatility_index.btc_usd', '{"timestamp":1619777946007,"volatility":129.36,"index_name":"btc_usd"}'),
  '{"jsonrpc":"2.0","id":1,"result":["trades.BTC-PERPETUAL.100ms"],"usIn":1699999999000000,"usOut":1,"usDiff":1000,"testnet":true}',
  '{"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests","data":null}}',
  '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}',
]

proveCodec({ name: 'deribit', samples: SAMPLES, makeTrial: () => trialOf() })

test('a ticker is a quote, and behind it the mark with the funding, as the oracle reads them', () => {
  const trial = trialOf()
  const oracle = trial.oracle as DeribitOracle
  const bytes = Buffer.from(SAMPLES[6]!)
  ok('kind' in trial.agree(bytes))
  deepEqual(outcome(trial.codec.next!(), trial.codec), outcome(oracle.decode(bytes, 17, 5, 1), oracle))
  equal(trial.codec.batch.count, 2)
  equal(trial.codec.next!(), FrameKind.control)
})

test('D60 a lock halts what is priced by its index, maintenance everything, and the end of either says nothing', () => {
  const trial = trialOf()
  const halted = (data: string): readonly (readonly number[])[] => {
    ok('kind' in trial.agree(Buffer.from(note('platform_state', data))))
    const record = new EventRecord(trial.codec.batch)
    return Array.from({ length: trial.codec.batch.count }, (_, at) => {
      const { instrument, lane0, isLast } = record.at(at)
      return [instrument, lane0, Number(isLast)]
    })
  }
  deepEqual(halted('{"price_index":"eth_usdc","locked":true}'), [[2, MarketStatus.halted, 1]])
  deepEqual(halted('{"locked":true,"price_index":"eth_usd"}'), [[1, MarketStatus.halted, 1]])
  deepEqual(halted('{"price_index":"sol_usdc","locked":true}'), [])
  deepEqual(halted('{"price_index":"eth_usdc","locked":false}'), [])
  deepEqual(
    halted('{"maintenance":true}').map(([instrument]) => instrument),
    [0, 1, 2, 3],
  )
  deepEqual(halted('{"maintenance":false}'), [])
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

for (const [file, messages] of [
  ['deribit/options-2021-04-05.jsonl.gz', 461],
  ['deribit/options-2021-04-17.jsonl.gz', 149],
] as const)
  test(`every message of ${file} is read as the oracle reads it`, { skip }, () => {
    const lines = recordedLines(new URL(file, place))
    equal(lines.length, messages)
    const grids = deribit.inferGrids()
    for (const { raw } of lines) grids.learn(raw)
    const trial = trialOf(new InstrumentTable(grids.instruments()))
    for (const { raw } of lines) ok('kind' in trial.agree(Buffer.from(raw)), raw.slice(0, 300))
  })

test('every instrument of a recorded list is read, but for none', { skip }, () => {
  const answers = recordedLines(new URL('deribit/instruments-2021-04-17.jsonl.gz', place))
  for (const { raw } of answers) {
    const list = deribit.parseInstruments(raw)
    ok(list.ok)
    deepEqual(list.value.skipped, [])
    ok(list.value.instruments.length > 100)
  }
})

test('nothing is allocated for a frame, of any kind', () => {
  const trial = trialOf()
  for (const sample of SAMPLES) {
    const to = trial.put(Buffer.from(sample))
    ok(leastAllocated(() => trial.codec.decode(0, to, 17, 5)) < 4, sample)
  }
})
