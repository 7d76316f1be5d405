import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { recordedLines, recordings } from '../market-codec.conformance.ts'
import { proveUsual, walksOf } from '../usual-frames.conformance.ts'
import { okxVenue, trialOf } from './codec-trial.conformance.ts'

const push = (channel: string, instId: string, data: string): string =>
  `{"arg":{"channel":"${channel}","instId":"${instId}"},"data":[${data}]}`

/** Trades of all years: alone, summed, with their place in the book; two of them in one push. */
const SAMPLES: readonly string[] = [
  push(
    'trades',
    'BTC-USDT',
    '{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.90","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3","source":"0","seqId":1234}',
  ),
  push(
    'trades',
    'UNI-USD-SWAP',
    '{"instId":"UNI-USD-SWAP","tradeId":"9","px":"9.5","sz":"2","side":"sell","ts":"1630048897897","count":"1"},{"instId":"UNI-USD-SWAP","tradeId":"8","px":"9","sz":"1","side":"buy","ts":"1630048897896"}',
  ),
  push(
    'trades-all',
    'PEPE-USDT',
    '{"instId":"PEPE-USDT","tradeId":"130639474","px":"0.000009283011","sz":"1234567890123","side":"sell","ts":"1630048897897","source":"0"}',
  ),
]

proveUsual({
  name: 'okx trades',
  samples: SAMPLES,
  makeCodec: () => trialOf().codec,
  // A blank before the frame, and in its data, which the general reader hands to the same reader of usual trades.
  disguised: frame => Buffer.from(` ${frame.toString('latin1').replaceAll('{"instId"', '{ "instId"')}`, 'latin1'),
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

test('every recorded trade has the usual form', { skip }, () => {
  const lines = recordedLines(new URL('okx/spot-future-swap-2022-05-13.jsonl.gz', place)).map(({ raw }) => raw)
  const grids = okxVenue.inferGrids()
  for (const raw of lines) grids.learn(raw)
  const trial = trialOf(new InstrumentTable(grids.instruments()))
  const trades = lines.filter(raw => raw.includes('"tradeId"')).map(raw => Buffer.from(raw))
  ok(trades.length > 50)
  for (const frame of trades) {
    const to = trial.put(frame)
    const walks = walksOf(() => ok(trial.codec.decode(0, to, 17, 5) > 0))
    ok(walks === 0, frame.toString())
  }
})
