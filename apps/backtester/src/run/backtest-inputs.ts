import { resolve } from 'node:path'
import type { ReplayPart } from '@velocimex/core/bus/replay'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { ok, refuse } from '@velocimex/core/result'
import type { RiskLimits } from '@velocimex/core/risk/risk-limits'
import type { ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import { bookedUnits, riskLimits, scopedLimits } from '@velocimex/host/config/risk-section'
import { openTape, type Tape } from '@velocimex/host/tape/tape'
import type { BacktestConfig } from './backtest-config.ts'
import { BACKTEST_ACCOUNT } from './run-safeguards.ts'

/** Everything that a run reads, opened and checked. */
export interface BacktestInputs {
  readonly tapes: readonly Tape[]
  readonly parts: readonly ReplayPart[]
  readonly blockRecords: number
  readonly records: number
  readonly table: InstrumentTable
  /** The instruments that the strategy trades. */
  readonly traded: readonly Instrument[]
  readonly limits: RiskLimits
  readonly capital: readonly { readonly code: string; readonly amount: bigint }[]
  readonly currency: string
  /** Booked decimals of the currency. */
  readonly decimals: number
  /** Limits by scope. */
  readonly scopedLimits: readonly ScopedLimit[]
}

/** Clocks of recorders are set back by a little now and then. */
const CLOCK_STEP_SECONDS = 1

type Refused = {
  readonly ok: false
  readonly reason: 'invalid' | 'not_found' | 'damaged'
  readonly words: readonly string[]
}

/** Opens tapes, joins their instruments into one table and turns decimals into steps. */
export function openInputs(
  config: BacktestConfig,
  relativeTo: string,
): { readonly ok: true; readonly value: BacktestInputs } | Refused {
  const tapes: Tape[] = []
  for (const folder of [config.tape].flat()) {
    const tape = openTape(resolve(relativeTo, folder))
    if (!tape.ok) {
      for (const open of tapes) open.close()
      return { ...refuse(tape.reason === 'damaged' ? 'damaged' : 'not_found'), words: [`tape: ${tape.words}`] }
    }
    tapes.push(tape.value)
  }
  const disorder = disorderOf(tapes)
  if (disorder !== undefined) return invalid(disorder)
  const joined = joinInstruments(tapes)
  if (typeof joined === 'string') return invalid(joined)
  const { table, parts } = joined
  const missing = (config.instruments ?? []).filter(
    symbol => !table.all.some(instrument => instrument.symbol === symbol),
  )
  const symbols = table.all.map(({ symbol }) => symbol).join(', ')
  if (missing.length > 0) return invalid(`instruments: ${missing.join(', ')} not on the tape; it holds ${symbols}`)
  const traded = table.all.filter(({ symbol }) => config.instruments?.includes(symbol) ?? true)
  const currency = traded[0]!.settle
  const issues: string[] = []
  const capital = Object.entries(config.capital).map(([code, text]) => {
    const asset = table.all.flatMap(({ base, quote, settle }) => [base, quote, settle]).find(each => each.code === code)
    if (asset === undefined) issues.push(`capital.${code}: no instrument of the tape has this asset`)
    return { code, amount: asset === undefined ? 0n : bookedUnits(text, asset.decimals) }
  })
  const limits = riskLimits(config.risk, table.all, issues)
  const byScope = scopedLimits(config.risk, table, currency, BACKTEST_ACCOUNT, issues)
  if (issues.length > 0) return invalid(...issues)
  return ok({
    tapes,
    parts,
    table,
    traded,
    capital,
    blockRecords: Math.max(...tapes.map(tape => tape.blockRecords)),
    records: tapes.reduce((sum, tape) => sum + tape.recordCount, 0),
    limits,
    currency: currency.code,
    decimals: currency.decimals,
    scopedLimits: byScope,
  })
}

const invalid = (...words: string[]): Refused => ({ ...refuse('invalid'), words })

/** Tapes are played one behind the other: one that begins before another ends would be played as one instant. */
function disorderOf(tapes: readonly Tape[]): string | undefined {
  for (const [at, { directory, manifest }] of tapes.entries()) {
    const before = tapes[at - 1]
    const seconds = before === undefined ? 0 : (before.manifest.lastReceive - manifest.firstReceive) / 1e6
    if (seconds > CLOCK_STEP_SECONDS)
      return `tape: ${directory} begins ${seconds.toFixed(1)} s before ${before!.directory} ends; list tapes once each, in the order of time`
  }
  return undefined
}

/** One table for all tapes: instruments are the same when venue, symbol and grids are. */
function joinInstruments(tapes: readonly Tape[]): { table: InstrumentTable; parts: ReplayPart[] } | string {
  const all: Instrument[] = []
  const parts: ReplayPart[] = []
  for (const tape of tapes) {
    const remap = new Int32Array(tape.instruments.all.length)
    for (const instrument of tape.instruments.all) {
      const known = all.find(({ venue, symbol }) => venue === instrument.venue && symbol === instrument.symbol)
      if (known !== undefined && !sameGrids(known, instrument))
        return `tape: ${instrument.symbol} has other grids in ${tape.directory} than in the tape before; import both captures in one call`
      remap[instrument.index] = known?.index ?? all.push({ ...instrument, index: all.length }) - 1
    }
    parts.push(tapes.length === 1 ? { source: tape } : { source: tape, remap })
  }
  return { table: new InstrumentTable(alignAssets(all)), parts }
}

const sameGrids = (one: Instrument, other: Instrument): boolean =>
  one.price.decimals === other.price.decimals &&
  one.price.step === other.price.step &&
  one.quantity.decimals === other.quantity.decimals &&
  one.quantity.step === other.quantity.step
