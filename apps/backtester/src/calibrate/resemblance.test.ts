import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LIQUID_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import { SyntheticMarket } from '@velocimex/core/exchange/synthetic-market'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { linearContract } from '@velocimex/core/market/money'
import { TapeWriter } from '@velocimex/host/tape/tape-writer'
import { importCaptures } from '../import/import-captures.ts'
import { compareFigures, isWithin, type Tolerance, toleranceText } from './comparison.ts'
import { type Counterpart, counterpartOf } from './counterpart.ts'
import { MODEL_START_US, modelFigures } from './model-figures.ts'
import { type TapeFigures, tapeFigures } from './tape-figures.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const SEEDS = [7, 8, 9]
const SECONDS = 650
const usdt = { code: 'USDT', decimals: 8 }
const price = { decimals: 1, step: 1 }
const quantity = { decimals: 3, step: 1 }
const PERPETUAL: Instrument = {
  ...{ index: 0, venue: 'sim', symbol: 'BTCUSDT', unified: 'BTC/USDT:USDT', kind: 'perpetual', price, quantity },
  ...{ base: { code: 'BTC', decimals: 8 }, quote: usdt, settle: usdt },
  contract: linearContract(price, quantity, usdt.decimals),
  ...{ bounds: { quantityMin: 1, notionalMin: 5_00000000n }, fees: { maker: 0, taker: 0 }, grids: 'published' },
}
const directory = mkdtempSync(join(tmpdir(), 'velocimex-calibrate-'))
after(() => rmSync(directory, { recursive: true }))

/** Figures of a recording, made a tape first. */
async function recorded(venue: string, captures: readonly string[]): Promise<TapeFigures> {
  const out = join(directory, venue)
  const report = await importCaptures({ venue, captures: captures.map(name => join(DATA, name)), out })
  if (!report.ok) throw new Error(report.words)
  const figures = tapeFigures(out)
  if (!figures.ok) throw new Error(figures.words)
  return figures.value
}

/** Figures that are not as near as they should be, with every seed. */
function apart(of: TapeFigures, { flow, lotSize }: Counterpart): Set<string> {
  const names = SEEDS.flatMap(seed => {
    const model = modelFigures({ flow, seed, seconds: SECONDS, lotSize })
    return compareFigures(of.figures, model.figures).filter(({ holds }) => !holds)
  })
  return new Set(names.map(({ name, recorded, model }) => `${name} ${recorded.toPrecision(3)} ${model.toPrecision(3)}`))
}

const SPOT = ['binance-spot/btcusdt-2024-08-08.jsonl.gz', 'binance-spot/btcusdt-2024-08-09.jsonl.gz']
const USDM = ['binance-usdm/btcusdt-2024-08-08.jsonl.gz']
const absent = (files: readonly string[]): string | false =>
  files.every(file => existsSync(join(DATA, file))) ? false : `${files.join(', ')} is not beside this checkout`

test('the made-up spot market resembles the recording: every figure, with every seed', {
  skip: absent(SPOT),
}, async () => {
  const of = await recorded('binance-spot', SPOT)
  deepEqual([...apart(of, counterpartOf(of.instrument))], [])
})

/** What the perpetual's model does not meet: its parameters are its own, the shape of its flow is that of spot. */
const NOT_MET = /^(trades\.round|takes\.p99|takes\.dispersion|gaps\.p99|returns\.still)/

test('the made-up perpetual resembles its recording, but for what is listed', { skip: absent(USDM) }, async () => {
  const of = await recorded('binance-usdm', USDM)
  deepEqual(
    [...apart(of, counterpartOf(of.instrument))].filter(words => !NOT_MET.test(words)),
    [],
  )
})

test('a made-up market that was written to a tape has the figures that it has without one', () => {
  const { flow, lotSize } = counterpartOf({ kind: 'perpetual' })
  const out = join(directory, 'model')
  const tape = new TapeWriter(out, { instruments: new InstrumentTable([PERPETUAL]), provenance: { seed: 5 } })
  new SyntheticMarket(5, MODEL_START_US, [flow], tape).runUntil(MODEL_START_US + 90e6)
  tape.close()
  const written = tapeFigures(out)
  ok(written.ok)
  const { figures } = modelFigures({ flow, seed: 5, seconds: 90, lotSize, warmUpSeconds: 0 })
  deepEqual(written.value.figures, figures)
})

test('a tape that says too little, holds another instrument or is not there is refused with words', () => {
  const refused = (path: string, symbol?: string): string => {
    const figures = tapeFigures(path, symbol)
    return figures.ok ? 'taken' : `${figures.reason}: ${figures.words}`
  }
  match(refused(join(directory, 'nowhere')), /^not_found: .*nowhere does not exist/)
  match(refused(join(directory, 'model'), 'DOGEUSDT'), /^no_instrument: DOGEUSDT is not on the tape; it holds BTCUSDT/)
  const out = join(directory, 'short')
  const tape = new TapeWriter(out, { instruments: new InstrumentTable([PERPETUAL]), provenance: {} })
  new SyntheticMarket(5, MODEL_START_US, [LIQUID_FLOW], tape).runUntil(MODEL_START_US + 20e6)
  tape.close()
  match(refused(out), /^too_short: .* 60 s and 100 trades are needed/)
})

test('near enough: by a factor, by an amount, and never when it is not known', () => {
  const cases: [number, number, Tolerance, boolean][] = [
    [2, 3, { factor: 1.5 }, true],
    [2, 3.1, { factor: 1.5 }, false],
    [3, 1.9, { factor: 1.5 }, false],
    [0, 0, { factor: 1.5 }, true],
    [0, 0.1, { factor: 1.5 }, false],
    [-0.1, 0.05, { amount: 0.2 }, true],
    [-0.1, 0.15, { amount: 0.2 }, false],
    [1, Number.NaN, { factor: 9 }, false],
    [Number.NaN, 1, { amount: 9 }, false],
  ]
  for (const [recording, model, tolerance, expected] of cases)
    equal(isWithin(recording, model, tolerance), expected, `${recording} ${model} ${toleranceText(tolerance)}`)
})
