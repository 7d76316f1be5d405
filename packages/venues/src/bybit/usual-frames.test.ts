import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import { recordedLines, recordings } from '../market-codec.conformance.ts'
import { decimalTexts, proveUsual, walksOf } from '../usual-frames.conformance.ts'
import { trialOf, venueOf } from './codec-trial.conformance.ts'
import type { Category } from './frame-fields.ts'

const SAMPLES: Readonly<Record<Category, readonly string[]>> = {
  spot: [
    '{"topic":"orderbook.200.BTCUSDT","ts":1786310816516,"type":"snapshot","data":{"s":"BTCUSDT","b":[["65140.4","0.885797"]],"a":[["65140.50","12345.678901"],["65141","0"]],"u":62505424,"seq":112488545860},"cts":1786310816510}',
    '{"topic":"orderbook.200.BTCUSDT","ts":1786310816616,"type":"delta","data":{"s":"BTCUSDT","b":[],"a":[["1234567890.12","0.0"]],"u":62505425,"seq":112488545865},"cts":1786310816585}',
    '{"topic":"publicTrade.ETHUSDT","ts":1786310821917,"type":"snapshot","data":[{"i":"2280000001739247417","T":1786310821917,"p":"1923.5","v":"0.025","S":"Sell","seq":178477362706,"s":"ETHUSDT","BT":false,"RPI":false},{"i":"17","T":1786310821918,"p":"1924","v":"1","S":"Buy","seq":178477362706,"s":"ETHUSDT","BT":false,"RPI":true}]}',
  ],
  linear: [
    '{"topic":"orderbook.50.1000PEPEPERP","type":"snapshot","ts":1786310818129,"data":{"s":"1000PEPEPERP","b":[["0.00000001","900719925474"]],"a":[],"u":5,"seq":1},"cts":1786310818100}',
    '{"topic":"orderbook.50.BTCUSDT-25DEC26","type":"delta","ts":1786310818130,"data":{"s":"BTCUSDT-25DEC26","b":[["65095.3","0.005"],["65095","12"]],"a":[["65116.60","0"]],"u":7,"seq":2},"cts":1786310818129}',
    '{"topic":"orderbook.1.ETHUSDT","type":"snapshot","ts":1786310816516,"data":{"s":"ETHUSDT","b":[["2500.5","0.1"]],"a":[["2501","0.025"]],"u":9,"seq":1},"cts":1786310816515}',
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1786310819681,"data":[{"T":1786310819680,"s":"BTCUSDT","S":"Sell","v":"0.004","p":"65114.20","L":"ZeroMinusTick","i":"a9188a0a-82bc-50de-be60-03eedbe3cdd7","BT":false,"RPI":false,"seq":753843954913},{"T":1786310819680,"s":"BTCUSDT","S":"Buy","v":"12","p":"65114.20","L":"PlusTick","i":"00000000-0000-0000-001f-ffffffffffff","BT":false,"RPI":true,"seq":753843954913}]}',
    '{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","markPrice":"65117.44","indexPrice":"65137.76","nextFundingTime":"1786320000000","fundingRate":"-0.0001","bid1Price":"65114.20","bid1Size":"5.954","ask1Price":"65114.30","ask1Size":"10.470","preQty":""},"cs":24987956059,"ts":1673272861686}',
    '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"65114.20","bid1Size":"6.054"},"cs":753843907770,"ts":1786310817883}',
  ],
}

for (const category of ['spot', 'linear'] as const)
  proveUsual({
    name: `bybit-${category}`,
    samples: SAMPLES[category],
    makeCodec: () => trialOf(category).codec,
    disguised: frame => Buffer.concat([Buffer.from(' '), frame]),
  })

test('P-21 rows of numbers of any length are read as the oracle reads them', () => {
  const number = decimalTexts()
  const row = fc
    .tuple(number, fc.oneof(number, fc.constant('0')), fc.constantFrom('', '', '', ' '))
    .map(([price, lots, blank]) => `["${price}",${blank}"${lots}"]`)
  const symbols = ['BTCUSDT', 'ETHUSDT', '1000PEPEPERP', 'BTCUSDT-25DEC26']
  for (const category of ['spot', 'linear'] as const) {
    const trial = trialOf(category)
    const fates = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...symbols), fc.array(row, { maxLength: 3 }), (symbol, rows) => {
        const head = `{"topic":"orderbook.50.${symbol}","ts":1786310816616,"type":"delta"`
        const frame = `${head},"data":{"s":"${symbol}","b":[${rows.join()}],"a":[],"u":5,"seq":1},"cts":1786310816585}`
        fates['refused' in trial.agree(Buffer.from(frame)) ? 'refused' : 'accepted']++
      }),
      { numRuns: 15_000 },
    )
    ok(fates.accepted > 2000 && fates.refused > 2000, JSON.stringify(fates))
  }
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

for (const [category, conn] of [
  ['linear', 'ws-2'],
  ['spot', 'ws-3'],
] as const)
  test(`every recorded book, trade and linear ticker of ${category} has the usual form`, { skip }, () => {
    const lines = recordedLines(new URL('bybit/linear-and-spot-2026-08-09.jsonl.gz', place)) as unknown as {
      raw: string
      conn: string
    }[]
    const grids = venueOf(category).inferGrids()
    const own = lines.filter(line => line.conn === conn).map(({ raw }) => raw)
    for (const raw of own) grids.learn(raw)
    const trial = trialOf(category, new InstrumentTable(grids.instruments()))
    const topics = category === 'linear' ? /"(orderbook|publicTrade|tickers)\./ : /"(orderbook|publicTrade)\./
    const usual = own.filter(raw => topics.test(raw)).map(raw => Buffer.from(raw))
    ok(usual.length > 500)
    for (const frame of usual) {
      const to = trial.put(frame)
      const walks = walksOf(() => ok(trial.codec.decode(0, to, 17, 5) >= 0))
      ok(walks === 0, frame.toString())
    }
  })
