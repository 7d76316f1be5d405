import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { trialOf } from './codec-trial.conformance.ts'
import { kraken } from './kraken-venue.ts'

const V2 = [
  '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":63381.0,"qty":0.00000000},{"price":63376.4,"qty":1e-08}],"asks":[],"checksum":3726153463,"timestamp":"2026-08-02T03:35:51.660084Z"}]}',
  '{"channel":"book","type":"snapshot","data":[{"symbol":"ETH/USD","bids":[{"price":1877.25,"qty":2.4125}],"asks":[{"price":1877.3,"qty":44.75},{"price":1.9E+3,"qty":2}],"checksum":1,"timestamp":"2024-02-29T23:59:59Z"}]}',
  '{"channel":"book","type":"update","data":[{"symbol":"DOGE/BTC","bids":[{"price":0.0000012345,"qty":900719925474099}],"asks":[],"checksum":4294967295,"timestamp":"2026-08-02T03:35:51.660084123Z"},{"symbol":"BTC/USD","bids":[],"asks":[{"price":1.0,"qty":0.5}],"checksum":0,"timestamp":"2000-12-31T00:00:00.1Z"}]}',
  '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":105944.20,"qty":0.00027625,"ord_type":"limit","trade_id":10218208,"timestamp":"2023-10-06T17:35:55.440295Z"},{"symbol":"ETH/USD","side":"sell","price":1910.50,"qty":0.0025,"ord_type":"market","trade_id":9007199254740991,"timestamp":"2023-10-06T17:35:56.123456Z"}]}',
  '{"channel":"trade","type":"snapshot","data":[{"symbol":"币/EUR","side":"sell","price":5,"qty":1.5,"trade_id":1,"timestamp":"1970-01-01T00:00:00Z"}]}',
  '{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","bid":105944.2,"bid_qty":2.5,"ask":105944.3,"ask_qty":3.2,"last":105899.4,"volume":163.28908096,"vwap":105904.39279,"low":104711.0,"high":106613.1,"change":-250.0,"change_pct":-0.24,"timestamp":"2022-12-25T09:30:59.123456Z"}]}',
  '{"channel":"ohlc","type":"update","timestamp":"2023-10-04T16:26:30.524394914Z","data":[{"symbol":"BTC/USD","open":106038.2,"high":106044.3,"low":106038.1,"close":106040.1,"trades":12,"volume":30927.68066226,"vwap":106039.6,"interval_begin":"2023-10-04T16:25:00.000000000Z","interval":5,"timestamp":"2023-10-04T16:30:00.000000Z"}]}',
  '{"channel":"instrument","type":"update","data":{"assets":[{"id":"USD","status":"enabled"}],"pairs":[{"symbol":"ETH/USD","status":"cancel_only","qty_increment":1e-08,"cost_min":"0.5"},{"symbol":"XYZ/USD","status":"new_word"}]}}',
  '{"channel":"status","type":"update","data":[{"api_version":"v2","connection_id":13834774380200032777,"system":"post_only","version":"2.0.0"}]}',
  '{"method":"subscribe","result":{"channel":"book","depth":25,"snapshot":true,"symbol":"BTC/USD"},"success":true,"time_in":"2026-08-02T03:35:50.983359Z","time_out":"2026-08-02T03:35:50.983398Z","req_id":1}',
  '{"channel":"heartbeat"}',
  '{"channel":"level3","type":"snapshot","data":[{"symbol":"BTC/USD","timestamp":"2024-01-15T12:00:00.000000Z","checksum":7,"bids":[{"order_id":"OQCLML-BW3P3-BUCMWZ","limit_price":42000.5,"order_qty":0.5,"timestamp":"2024-01-15T11:59:58.000000Z"}],"asks":[{"order_id":"币","limit_price":42001.0,"order_qty":8e-1,"timestamp":"2024-01-15T11:59:57Z"}]}]}',
  '{"channel":"level3","type":"update","data":[{"symbol":"ETH/USD","timestamp":"2024-01-15T12:00:03.000000Z","checksum":0,"bids":[{"event":"modify","order_id":"a","limit_price":41998.0,"order_qty":0.5,"timestamp":"2024-01-15T12:00:03.000000Z"}],"asks":[{"event":"delete","order_id":"b","limit_price":42002.0,"order_qty":0.0,"timestamp":"2024-01-15T12:00:04.000000Z"},{"event":"add","order_id":"c","limit_price":1,"order_qty":1,"timestamp":"2024-01-15T12:00:04.5Z"}]}]}',
]
const V1 = [
  '[1920,{"a":[["0.0000432100","0","1618678137.640504"],["0.0000000001","125","1618678137.640505","r"]],"c":"2745838"},"book-1000","XDG/XBT"]',
  '[0,{"as":[["5541.3","2.50700000","1534614248.123678"]],"bs":[["5541.2","1.5","1534614248.765567"],["5539.9","5","1534614241.1"]]},"book-10","XBT/USD"]',
  '[1234,{"a":[["5541.3","0.00000000","1534614335.345903"]]},{"b":[["5541.2","0","1534614335.345904"]],"c":"974942666"},"book-10","XBT/USD"]',
  '[1844,{"a":["9.60",188,"188.0025"],"b":["9.55",136,"136.8100"],"c":["9.60","12"],"v":["1","2"],"p":["1","2"],"t":[2048,4148],"l":["9.3","9.3"],"h":["10.3","10.6"],"o":["10.1","9.8"]},"ticker","ETH/USD"]',
  '[1921,[["0.5","1081.7","1618678157.908269","b","l",""],["0.5","1.75","1618678157.908270","s","m","x"]],"trade","币/EUR"]'.replaceAll(
    '"0.5"',
    '"5"',
  ),
  '[7,["5698.4","5700.0","1542057299.545897","1.01234567","0.98765432"],"spread","XBT/USD"]',
  '[42,["1542057314.748456","1542057360.435743","3586.7","3586.9","3586.6","3586.8","3586.68894","0.03373000",2],"ohlc-5","XBT/USD"]',
  '{"connectionID":17843232920108168701,"event":"systemStatus","status":"online","version":"1.8.3"}',
]

proveCodec({ name: 'kraken', samples: [...V2, ...V1], makeTrial: () => trialOf() })

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false
const CAPTURES: readonly (readonly [string, number])[] = [
  ['kraken/v2-btcusd-book25-2026-08-02.jsonl.gz', 2_104],
  ['kraken/v2-ethusd-book25-2026-08-02.jsonl.gz', 1_170],
  ['kraken/v1-ten-pairs-2021-04-17.jsonl.gz', 4_430],
]

for (const [file, messages] of CAPTURES)
  test(`every message of ${file} is read, as the oracle and JSON.parse read it`, { skip }, () => {
    const lines = recordedLines(new URL(file, place))
    const grids = kraken.inferGrids()
    for (const { raw } of lines) grids.learn(raw)
    const table = new InstrumentTable(grids.instruments())
    const trial = trialOf(table)
    equal(lines.length, messages)
    for (const { raw } of lines) {
      ok('kind' in trial.agree(Buffer.from(raw)), raw)
      if (trial.codec.batch.count > 0) checkAsFloats(trial, table, raw)
      equal(trial.codec.next!(), FrameKind.control)
    }
  })

/** Prices and quantities as floats: an oracle that shares no line with either decoder. */
function checkAsFloats({ codec }: CodecTrial, table: InstrumentTable, raw: string): void {
  const frame = JSON.parse(raw)
  const { price, quantity } = table.at(codec.instrument)
  const record = new EventRecord(codec.batch)
  const [book] = frame.data ?? []
  const rows: readonly (readonly [number, number])[] = Array.isArray(frame)
    ? frame.at(-2) === 'trade'
      ? frame[1]
      : frame.at(-2) === 'ticker'
        ? [[frame[1].b[0], frame[1].b[2]]]
        : frame.slice(1, -2).flatMap(({ as = [], bs = [], a = [], b = [] }) => [...as, ...bs, ...a, ...b])
    : [...book.bids, ...book.asks].map(({ price, qty }) => [price, qty])
  equal(codec.batch.count, rows.length)
  for (const [at, [asPrice, asQuantity]] of rows.entries()) {
    record.at(at)
    ok(Math.abs((record.price * price.step) / 10 ** price.decimals - Number(asPrice)) < 1e-9 * Number(asPrice), raw)
    const lots = (record.quantity * quantity.step) / 10 ** quantity.decimals
    ok(Math.abs(lots - Number(asQuantity)) <= 1e-9 * Number(asQuantity), raw)
  }
  ok(record.at(codec.batch.count - 1).isLast)
}
