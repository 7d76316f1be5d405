import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { trialOf, venueOf } from './codec-trial.conformance.ts'
import type { Dialect } from './frame-fields.ts'

/** A frame of each kind, in the shapes of 2021 to 2026, combined and bare. */
const SAMPLES: Readonly<Record<Dialect, readonly string[]>> = {
  spot: [
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[["61737.63000000","0.00000000"],["61730.17","12345.67891"]],"a":[["61837.64000000","1.54698000"],["200000.00000000","25"]]}}',
    '{"e":"depthUpdate","E":1723161255208,"s":"ETHUSDT","U":1,"u":2,"b":[],"a":[["2500.5","0.1"],["1234567890.5","0.025"]]}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1618677393278,"s":"BTCUSDT","a":8612,"p":"18.99","q":"1.06","f":9334,"l":9336,"T":1618677393275,"m":false,"M":true}}',
    '{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}',
    '{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}',
    '{"stream":"btcusdt@depth5","data":{"lastUpdateId":160,"bids":[["61837.63","10"]],"asks":[["61838.00","100.5"]]}}',
    '{"stream":"ethusdt@depth20@100ms","data":{"lastUpdateId":160,"bids":[],"asks":[]}}',
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1618677377951,"s":"BTCUSDT","k":{"t":1618677360000,"T":1618677419999,"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"19.5","c":"19","h":"20","l":"18","v":"5","n":1,"x":true,"q":"95.00","V":"5.00","Q":"95.00","B":"0"}}}',
    '{"stream":"币安人生usdt@trade","data":{"e":"trade","E":1723161255343123,"s":"币安人生USDT","t":1,"p":"0.00000001","q":"900719925474","T":1723161255342456,"m":false,"M":true}}',
  ],
  usdm: [
    '{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123107832006,"u":5123107837557,"pu":5123107831937,"b":[["58710.20","0.014"],["61496.50","0.010"]],"a":[["61510.9","0.000"]]}}',
    '{"stream":"btcusdt@depth10@500ms","data":{"e":"depthUpdate","E":123456789,"T":123456788,"s":"BTCUSDT","ps":"BTCUSDT","st":1,"U":157,"u":160,"pu":149,"b":[["0.24","10"]],"a":[["0.26","100"]]}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256523,"T":1723161256523,"s":"BTCUSDT","t":5266583939,"p":"61800.20","q":"0.015","X":"MARKET","m":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992747395,"a":16599297,"s":"BTCUSDT","p":"1.01000","q":"5","nq":"4","f":23961327,"l":23961329,"T":1626992747239,"m":true}}',
    '{"stream":"bnbusdt@bookTicker","data":{"e":"bookTicker","u":600859984343,"s":"BNBUSDT","b":"7.6160","B":"8","a":"7.6180","A":"4","T":1626992757352,"E":1626992757354}}',
    '{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"-0.00038167","T":1562306400000,"ap":"11793.9"}}',
    '{"stream":"btcusdt@kline_1h","data":{"e":"kline","E":1618677377951,"s":"BTCUSDT","k":{"t":1618677360000,"T":1618677419999,"s":"BTCUSDT","i":"1h","f":1,"L":2,"o":"19.5","c":"19","h":"20","l":"18","v":"5","n":1,"x":false,"q":"12345678901.12345678","V":"0","Q":"0","B":"0"}}}',
    '{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"ETHUSDT","U":5,"u":7,"pu":4,"b":[["2500.5","1.250"]],"a":[]}',
    '{"stream":"!contractInfo","data":{"e":"contractInfo","E":1669647330076,"s":"BTCUSDT","ps":"BTCUSDT","ct":"PERPETUAL","dt":4133404800000,"ot":1569398400000,"cs":"SETTLING","bks":[{"bs":1,"bnf":0,"bnc":5000,"mmr":0.01,"cf":0,"mi":21,"ma":50}]}}',
    '{"e":"contractInfo","E":1669647330076,"s":"IOTAUSDT","ps":"IOTAUSDT","ct":"PERPETUAL","dt":4133404800000,"ot":1569398400000,"cs":"TRADING"}',
  ],
}

for (const dialect of ['spot', 'usdm'] as const)
  proveCodec({ name: `binance-${dialect}`, samples: SAMPLES[dialect], makeTrial: () => trialOf(dialect) })

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const CAPTURES: [Dialect, string, number][] = [
  ['spot', 'binance-spot/btcusdt-2024-08-08.jsonl.gz', 41_249],
  ['spot', 'binance-spot/btcusdt-2024-08-09.jsonl.gz', 58_325],
  ['spot', 'binance-spot/ten-symbols-2021-04-17.jsonl.gz', 1_238],
  ['usdm', 'binance-usdm/btcusdt-2024-08-08.jsonl.gz', 93_954],
  ['usdm', 'binance-usdm/four-symbols-2021-07-22.jsonl.gz', 1_539],
]

for (const [dialect, file, messages] of CAPTURES)
  test(`every message of ${file} is read, as the oracle and JSON.parse read it`, { skip }, () => {
    const lines = recordedLines(new URL(file, place))
    const venue = venueOf(dialect)
    const grids = venue.inferGrids()
    for (const { raw, url } of lines) grids.learn(raw, venue.snapshotSymbol(url ?? ''))
    const table = new InstrumentTable(grids.instruments())
    const trial = trialOf(dialect, table)
    equal(lines.length, messages)
    for (const { raw, url } of lines) {
      const symbol = venue.snapshotSymbol(url ?? '')
      const frame = Buffer.from(raw)
      const pair =
        symbol === undefined ? trial.both(frame) : trial.bothSnapshots(frame, table.find(venue.id, symbol)!.index)
      ok('kind' in trial.agree(frame, pair), raw)
      checkAsFloats(trial, table, raw)
    }
  })

/** Prices and quantities as floats: an oracle that shares no line with either decoder. */
function checkAsFloats({ codec }: CodecTrial, table: InstrumentTable, raw: string): void {
  const { data = JSON.parse(raw) } = JSON.parse(raw)
  const { price, quantity } = table.at(codec.instrument)
  const record = new EventRecord(codec.batch)
  const rows: [string, string][] =
    data.e === 'trade' || data.e === 'aggTrade'
      ? [[data.p, data.q]]
      : typeof data.b === 'string'
        ? [[data.b, data.B]]
        : data.e === 'kline'
          ? []
          : [...(data.b ?? data.bids), ...(data.a ?? data.asks)]
  for (const [at, [asPrice, asQuantity]] of rows.entries()) {
    record.at(at)
    ok(Math.abs((record.price * price.step) / 10 ** price.decimals - Number(asPrice)) < 1e-9 * Number(asPrice), raw)
    const lots = (record.quantity * quantity.step) / 10 ** quantity.decimals
    ok(Math.abs(lots - Number(asQuantity)) <= 1e-9 * Number(asQuantity), raw)
  }
  if (data.e !== 'kline' && rows.length > 0) equal(codec.batch.count, rows.length)
  if (codec.batch.count > 0) ok(record.at(codec.batch.count - 1).isLast)
}
