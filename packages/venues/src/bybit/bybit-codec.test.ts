import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type CodecTrial, proveCodec, recordedLines, recordings } from '../market-codec.conformance.ts'
import { trialOf, venueOf } from './codec-trial.conformance.ts'
import type { Category } from './frame-fields.ts'

/** A frame of each kind, in the orders in which the venue sends fields. */
const SAMPLES: Readonly<Record<Category, readonly string[]>> = {
  spot: [
    '{"topic":"orderbook.200.BTCUSDT","ts":1786310816516,"type":"snapshot","data":{"s":"BTCUSDT","b":[["65140.4","0.885797"],["65140","0.014"]],"a":[["65140.5","12345.678901"]],"u":62505424,"seq":112488545860},"cts":1786310816510}',
    '{"topic":"orderbook.200.BTCUSDT","ts":1786310816618,"type":"delta","data":{"s":"BTCUSDT","b":[["65140.4","0"]],"a":[["65154.6","0.09948"],["1234567890.12","0.123013"]],"u":62505425,"seq":112488545865},"cts":1786310816585}',
    '{"topic":"orderbook.50.BTCUSDT","ts":1,"type":"snapshot","data":{"s":"BTCUSDT","b":[],"a":[["3","1"]],"u":1,"seq":1}}',
    '{"topic":"orderbook.1.ETHUSDT","ts":1786310816516,"type":"snapshot","data":{"s":"ETHUSDT","b":[["2500.5","0.1"]],"a":[["2501","0.025"]],"u":9,"seq":1}}',
    '{"topic":"publicTrade.ETHUSDT","ts":1786310821917,"type":"snapshot","data":[{"i":"2280000001739247417","T":1786310821917,"p":"1923.5","v":"0.025","S":"Sell","seq":178477362706,"s":"ETHUSDT","BT":false,"RPI":false},{"i":"17","T":1786310821918,"p":"1924","v":"1","S":"Buy","seq":178477362706,"s":"ETHUSDT","BT":true,"RPI":true}]}',
    '{"type":"snapshot","topic":"kline.60.BTCUSDT","data":[{"start":1786310760000,"end":1786310819999,"interval":"60","open":"65140.4","close":"65140.5","high":"65140.5","low":"65140.4","volume":"0.15318","turnover":"9978.2084389","confirm":false,"timestamp":1786310816562}],"ts":1786310816562}',
    '{"topic":"tickers.BTCUSDT","ts":1786310819126,"type":"snapshot","cs":112488546160,"data":{"symbol":"BTCUSDT","lastPrice":"65140.5","usdIndexPrice":""}}',
  ],
  linear: [
    '{"topic":"orderbook.50.1000PEPEPERP","type":"snapshot","ts":1786310818129,"data":{"s":"1000PEPEPERP","b":[["0.00000001","900719925474"]],"a":[],"u":5,"seq":1},"cts":1786310818100}',
    '{"topic":"orderbook.50.BTCUSDT-25DEC26","type":"delta","ts":1786310818130123,"data":{"s":"BTCUSDT-25DEC26","b":[["65095.3","0.005"]],"a":[["65116.6","0"]],"u":7,"seq":2},"cts":1786310818129456}',
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1786310819681,"data":[{"T":1786310819680,"s":"BTCUSDT","S":"Sell","v":"0.004","p":"65114.20","L":"MinusTick","i":"a9188a0a-82bc-50de-be60-03eedbe3cdd7","BT":false,"RPI":false,"seq":753843954913}]}',
    '{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","markPrice":"65117.44","indexPrice":"65137.76","nextFundingTime":"1786320000000","fundingRate":"-0.0001","bid1Price":"65114.20","bid1Size":"5.954","ask1Price":"65114.30","ask1Size":"10.470","preQty":""},"cs":24987956059,"ts":1673272861686}',
    '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"65114.20","bid1Size":"6.054"},"cs":753843907770,"ts":1786310817883}',
    '{"topic":"tickers.ETHUSDT","type":"delta","data":{"symbol":"ETHUSDT","markPrice":"1923.123456","ask1Price":"","fundingRate":""},"cs":1,"ts":1786310817883}',
    '{"topic":"kline.D.ETHUSDT","data":[{"start":1672324800000,"end":1672325099999,"interval":"D","open":"1664.5","close":"1667","high":"1667","low":"1660.5","volume":"2.075","turnover":"34666.4005","confirm":true,"timestamp":1672324988882}],"ts":1672324988882,"type":"snapshot"}',
    '{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1739502303204,"data":[{"T":1739502302929,"s":"BTCUSDT","S":"Sell","v":"20000","p":"0.04499"}]}',
  ],
}

for (const category of ['spot', 'linear'] as const)
  proveCodec({ name: `bybit-${category}`, samples: SAMPLES[category], makeTrial: () => trialOf(category) })

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

for (const [category, conn, messages] of [
  ['linear', 'ws-2', 2546],
  ['spot', 'ws-3', 681],
] as const)
  test(`every recorded message of ${category} is read, as the oracle and JSON.parse read it`, { skip }, () => {
    const lines = recordedLines(new URL('bybit/linear-and-spot-2026-08-09.jsonl.gz', place)) as unknown as {
      raw: string
      conn: string
    }[]
    const own = lines.filter(line => line.conn === conn)
    equal(own.length, messages)
    const grids = venueOf(category).inferGrids()
    for (const { raw } of own) grids.learn(raw)
    const table = new InstrumentTable(grids.instruments())
    const trial = trialOf(category, table)
    const kept = new Map<string, Record<string, string>>()
    for (const { raw } of own) {
      ok('kind' in trial.agree(Buffer.from(raw)), raw)
      checkAsFloats(trial, table, raw, kept)
    }
  })

/** Prices and quantities as floats: an oracle that shares no line with either decoder. */
function checkAsFloats(
  { codec }: CodecTrial,
  table: InstrumentTable,
  raw: string,
  kept: Map<string, Record<string, string>>,
): void {
  const { topic = '', data } = JSON.parse(raw)
  if (codec.instrument < 0) return
  const { price, quantity, symbol } = table.at(codec.instrument)
  ok(topic.endsWith(`.${symbol}`))
  const rows: [string, string][] = topic.startsWith('orderbook')
    ? [...data.b, ...data.a]
    : topic.startsWith('publicTrade')
      ? data.map((trade: { p: string; v: string }) => [trade.p, trade.v])
      : []
  const record = new EventRecord(codec.batch)
  const isClose = (steps: number, grid: typeof price, text: string): void =>
    ok(Math.abs((steps * grid.step) / 10 ** grid.decimals - Number(text)) <= 1e-9 * Number(text), raw)
  for (const [at, [asPrice, asQuantity]] of rows.entries()) {
    isClose(record.at(at).price, price, asPrice)
    isClose(record.quantity, quantity, asQuantity)
  }
  if (rows.length > 0) equal(codec.batch.count, rows.length)
  if (!topic.startsWith('tickers')) return
  const ticker = { ...kept.get(topic), ...data }
  kept.set(topic, ticker)
  record.at(0)
  if (record.kind !== Kind.quote) return
  isClose(record.lane0, price, ticker.bid1Price)
  isClose(record.lane1, quantity, ticker.bid1Size)
  isClose(record.lane2, price, ticker.ask1Price)
  isClose(record.lane3, quantity, ticker.ask1Size)
}
