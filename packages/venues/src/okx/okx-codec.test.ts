import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { okxVenue, trialOf } from './codec-trial.conformance.ts'

const push = (channel: string, instId: string, data: string, action = ''): string =>
  `{"arg":{"channel":"${channel}","instId":"${instId}"},${action === '' ? '' : `"action":"${action}",`}"data":[${data}]}`

/** A frame of each kind, in the shapes of 2022 to 2026. */
const SAMPLES: readonly string[] = [
  push(
    'books',
    'BTC-USDT',
    '{"asks":[["8476.98","415","0","13"],["8477","7.5","0","2"]],"bids":[["8476.97","256","0","12"],["8475.5","0.00000001","0","1"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":123456}',
    'snapshot',
  ),
  push(
    'books',
    'BTC-USDT',
    '{"asks":[["8476.98","0","0","0"]],"bids":[],"ts":"1597026383185","checksum":0,"prevSeqId":123456,"seqId":123457}',
    'update',
  ),
  push(
    'books-l2-tbt',
    'UNI-USD-SWAP',
    '{"asks":[],"bids":[["9.617","441","0","4"],["9.581","0","0","0"]],"ts":"1646003667640","checksum":-980833328}',
    'update',
  ),
  push(
    'books50-l2-tbt',
    'BTC-USD-220325-40000-C',
    '{"asks":[["0.0505","201","0","1"]],"bids":[],"ts":"1646003664198","seqId":7,"prevSeqId":9}',
    'update',
  ),
  push(
    'books5',
    'BTC-USDT-SWAP',
    '{"asks":[["111.5","8","0","3"]],"bids":[["111.4","0.25","0","3"]],"instId":"BTC-USDT-SWAP","ts":"1670324386802","seqId":363996337}',
  ),
  push(
    'bbo-tbt',
    'BTC-USDT',
    '{"asks":[["8476.98","415","0","13"]],"bids":[["8476.97","256","0","12"]],"ts":"1597026383085","seqId":123456}',
  ),
  push(
    'trades',
    'BTC-USDT',
    '{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3","source":"0","seqId":1234}',
  ),
  push(
    'trades',
    'UNI-USD-SWAP',
    '{"instId":"UNI-USD-SWAP","tradeId":"9","px":"9.5","sz":"2","side":"sell","ts":"2","count":"1"},{"instId":"UNI-USD-SWAP","tradeId":"8","px":"9","sz":"1","side":"buy","ts":"1","count":"2"}',
  ),
  push(
    'trades-all',
    'PEPE-USDT',
    '{"instId":"PEPE-USDT","tradeId":"130639474","px":"0.000009283011","sz":"1234567890123","side":"sell","ts":"1630048897897","source":"1"}',
  ),
  push(
    'tickers',
    'BTC-USDT',
    '{"instType":"SPOT","instId":"BTC-USDT","last":"9999.99","lastSz":"0.1","askPx":"9999.99","askSz":"11","bidPx":"8888.88","bidSz":"5","open24h":"9000","vol24h":"2222","ts":"1597026383085"}',
  ),
  push('tickers', 'UNI-USD-SWAP', '{"instId":"UNI-USD-SWAP","askPx":"9.1","askSz":"","bidPx":"","bidSz":"0","ts":"1"}'),
  push(
    'candle1m',
    'BTC-USDT',
    '["1597026383000","8533.02","8553.74","8527.17","8548.26","45247","529.5858061","5529.5858061","0"],["1597026323000","8533","8553","8527","8548","0","0","0.5","1"]',
  ),
  push(
    'candle1Dutc',
    'UNI-USD-SWAP',
    '["1597026383085","8.5","8.75","8.2","8.26","45247","529.5858061","12345678901.12345678","1"]',
  ),
  push(
    'funding-rate',
    'BTC-USDT-SWAP',
    '{"instType":"SWAP","instId":"BTC-USDT-SWAP","method":"current_period","fundingRate":"-0.0001875","nextFundingRate":"","fundingTime":"1700726400000","nextFundingTime":"1700755200000","ts":"1700724675402"}',
  ),
  push(
    'funding-rate',
    'UNI-USD-SWAP',
    '{"instId":"UNI-USD-SWAP","fundingRate":"0.0000182221218054","fundingTime":"1700726400000","ts":"1700724675402"}',
  ),
  push(
    'mark-price',
    'PEPE-USDT',
    '{"instType":"SWAP","instId":"PEPE-USDT","markPx":"0.0000092831","ts":"1630049139746"}',
  ),
  push(
    'mark-price',
    'BTC-USDT-SWAP',
    '{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"42310.6","ts":"1630049139746"}',
  ),
  push(
    'books',
    'PEPE-USDT',
    '{"asks":[["0.000009283011","1234567890","0","2"],["12.5","1","0","10"]],"bids":[["0.00000928301","0","0","0"]],"ts":"1","seqId":2,"prevSeqId":1}',
    'update',
  ),
  '{"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instId":"BTC-USDT-SWAP","state":"suspend","tickSz":"0.1","list":[]},{"instId":"OTHER-USDT-SWAP","state":"new"},{"instId":"UNI-USD-SWAP","state":"live"}]}',
  '{"id":"1512","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"accb8e21"}',
  '{"event":"error","code":"60018","msg":"Wrong URL or channel:xxx","connId":"a4d3ae55"}',
  '{"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"0.1"}]}',
]

proveCodec({ name: 'okx', samples: SAMPLES, makeTrial: () => trialOf() })

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

for (const [file, messages] of [
  ['okx/spot-future-swap-2022-05-13.jsonl.gz', 410],
  ['okx/ten-instruments-tbt-2022-02-27.jsonl.gz', 3777],
] as const)
  test(`every message of ${file} is read, as the oracle and JSON.parse read it`, { skip }, () => {
    const lines = recordedLines(new URL(file, place))
    const grids = okxVenue.inferGrids()
    for (const { raw } of lines) grids.learn(raw)
    const table = new InstrumentTable(grids.instruments())
    const trial = trialOf(table)
    equal(lines.length, messages)
    for (const { raw } of lines) {
      ok('kind' in trial.agree(Buffer.from(raw)), raw)
      checkAsFloats(trial, table, raw)
    }
  })

/** Prices, quantities and checksums by JSON.parse: an oracle that shares no line with either decoder. */
function checkAsFloats({ codec }: CodecTrial, table: InstrumentTable, raw: string): void {
  const { arg, data } = JSON.parse(raw)
  if (data === undefined || arg.channel === 'tickers') return
  const { price, quantity } = table.at(codec.instrument)
  const record = new EventRecord(codec.batch)
  const rows: string[][] = data.flatMap((each: { px: string; sz: string; asks: string[][]; bids: string[][] }) =>
    arg.channel === 'trades' ? [[each.px, each.sz]] : [...each.asks, ...each.bids],
  )
  equal(codec.batch.count, rows.length)
  for (const [at, [asPrice, asQuantity, , orders]] of rows.entries()) {
    record.at(at)
    ok(Math.abs((record.price * price.step) / 10 ** price.decimals - Number(asPrice)) < 1e-9 * Number(asPrice), raw)
    const lots = (record.quantity * quantity.step) / 10 ** quantity.decimals
    ok(Math.abs(lots - Number(asQuantity)) <= 1e-9 * Number(asQuantity), raw)
    if (orders !== undefined) equal(record.lane3, Number(orders))
  }
  if (codec.batch.count > 0) ok(record.at(codec.batch.count - 1).isLast)
  if (data[0].checksum !== undefined) deepEqual(codec.ids, { first: -1, last: -1, previous: -1 })
}
