import { createHash } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { ProbabilityQueue, RiskAverseQueue } from '@velocimex/core/book/queue-model'
import { Replay } from '@velocimex/core/bus/replay'
import { Random } from '@velocimex/core/clock/random'
import { type Canonical, canonicalJson } from '@velocimex/core/engine/canonical-json'
import { TradingSession } from '@velocimex/core/engine/trading-session'
import { ConstantLatency, TailedLatency } from '@velocimex/core/exchange/latency-model'
import { formatScaled } from '@velocimex/core/market/grid'
import type { EquityFigures } from '@velocimex/core/report/equity-curve'
import type { LatencyFigures } from '@velocimex/core/report/latency-histogram'
import type { QueueFigures } from '@velocimex/core/report/queue-tally'
import type { TradeFigures } from '@velocimex/core/report/trade-figures'
import { warningsOf } from '@velocimex/core/report/warnings'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { ownershipOf } from '@velocimex/host/files/owned-folder'
import { makeStrategy } from '@velocimex/strategies/catalogue'
import { amendingOf } from '@velocimex/venues/amending'
import type { BacktestConfig } from './backtest-config.ts'
import { type BacktestInputs, openInputs } from './backtest-inputs.ts'
import { codeVersion } from './code-version.ts'
import { isRunFile, RunFiles } from './run-files.ts'
import { runSafeguards } from './run-safeguards.ts'

/** How far a run is. */
export interface RunProgress {
  /** 0..1 by records. */
  readonly done: number
  readonly events: number
}

/** Where a run writes, and who is told of its progress. */
export interface RunOptions {
  /** Folder of the run; absent to write nothing. */
  readonly out?: string
  /** Folder that relative tapes are relative to. */
  readonly relativeTo?: string
  readonly progress?: (progress: RunProgress) => void
}

/** Why a backtest did not run. */
export type BacktestRefusal = 'invalid' | 'not_found' | 'damaged' | 'exists'

/** What a backtest found. Money as decimal texts of the currency. */
export interface BacktestReport {
  /** Digest of tape, code, configuration and seed: equal inputs have equal run hashes. */
  readonly runHash: string
  /** Digest of everything written: equal run hashes give equal result hashes, on any machine. */
  readonly resultHash: string
  readonly codeVersion: string
  readonly tapes: readonly { readonly folder: string; readonly contentHash: string; readonly records: number }[]
  readonly config: BacktestConfig
  readonly out?: string
  readonly events: number
  readonly eventsPerSecond: number
  readonly currency: string
  readonly equity: { readonly first: string; readonly last: string; readonly profit: string }
  readonly figures: EquityFigures
  readonly trades: TradeFigures
  readonly orders: {
    readonly placed: number
    readonly refused: Record<string, number>
    readonly alerts: number
    /** Decisions about working orders by reason: `ActingReason`. */
    readonly decisions: Record<string, number>
    readonly queue: QueueFigures
  }
  readonly positions: readonly {
    readonly symbol: string
    readonly netLots: number
    readonly realised: string
    readonly fees: string
  }[]
  /** Simulated microseconds. */
  readonly latency: { readonly acknowledged: LatencyFigures; readonly filledAfter: LatencyFigures }
  /** What must hold; a run where one does not is not to be believed. */
  readonly checks: {
    readonly ledgerZero: boolean
    readonly fillsEqualPositions: boolean
    readonly everyFillExplained: boolean
  }
  readonly warnings: readonly string[]
}

/** Steps between two reports of progress. */
const PROGRESS_STEPS = 250_000

/** Runs a strategy over tapes. The folder of the run appears whole or not at all. */
export function runBacktest(
  config: BacktestConfig,
  options: RunOptions = {},
): Result<BacktestReport, BacktestRefusal> & { readonly words?: readonly string[] } {
  const opened = openInputs(config, options.relativeTo ?? '.')
  if (!opened.ok) return opened
  const inputs = opened.value
  const made = makeStrategy(config.strategy.name, config.strategy.parameters, inputs.traded)
  if (!made.ok)
    return {
      ...refuse('invalid'),
      words: made.issues.map(
        ({ name, words }) => `strategy.${name === 'kind' ? 'name' : `parameters.${name}`}: ${words}`,
      ),
    }
  const out = options.out === undefined ? undefined : resolve(options.out)
  if (out !== undefined && ownershipOf(out, isRunFile) === 'other')
    return { ...refuse('exists'), words: [`${options.out} is there and holds more than a run; give another folder`] }
  const partial = out === undefined ? undefined : resolve(dirname(out), `.${basename(out)}.partial-${process.pid}`)
  if (partial !== undefined) makeFolder(partial)
  try {
    const files = new RunFiles(partial, inputs.table, inputs.decimals)
    const session = makeSession(config, inputs, made.value, files)
    const start = performance.now()
    play(session.session, session.ourSide, inputs.records, options.progress)
    const seconds = (performance.now() - start) / 1000
    const report = makeReport(config, options, inputs, session, files.close(), seconds)
    if (partial !== undefined && out !== undefined) {
      writeFileSync(
        resolve(partial, 'run.json'),
        `${JSON.stringify({ schemaVersion: 1, ...report, eventsPerSecond: undefined, out: undefined }, null, 2)}\n`,
      )
      rmSync(out, { recursive: true, force: true })
      renameSync(partial, out)
    }
    return ok(report)
  } finally {
    if (partial !== undefined) rmSync(partial, { recursive: true, force: true })
    for (const tape of inputs.tapes) tape.close()
  }
}

function makeSession(
  config: BacktestConfig,
  inputs: BacktestInputs,
  strategy: Parameters<typeof sessionOptions>[2],
  files: RunFiles,
) {
  const ourSide = new Replay(inputs.parts, inputs.blockRecords)
  const venueSide = new Replay(inputs.parts, inputs.blockRecords)
  const alerts: string[] = []
  const currency = { code: inputs.currency, decimals: inputs.decimals }
  const safeguards = runSafeguards(config, inputs.scopedLimits, currency, alerts)
  const options = {
    ...sessionOptions(config, inputs, strategy, files, venueSide, ourSide),
    ...(safeguards === undefined ? {} : { safeguards }),
  }
  return { session: new TradingSession(options), ourSide, alerts }
}

function sessionOptions(
  config: BacktestConfig,
  inputs: BacktestInputs,
  strategy: ConstructorParameters<typeof TradingSession>[0]['strategies'][number]['strategy'],
  observer: RunFiles,
  venueSide: Replay,
  ourSide: Replay,
): ConstructorParameters<typeof TradingSession>[0] {
  const { feedUs, entryUs, responseUs, tailUs } = config.latency
  return {
    instruments: inputs.table,
    strategies: [{ strategy, instruments: inputs.traded }],
    venueSide,
    ourSide,
    latency:
      tailUs === 0
        ? new ConstantLatency(feedUs, entryUs, responseUs)
        : new TailedLatency(feedUs, entryUs, responseUs, tailUs, new Random(config.seed)),
    queue: config.queue.model === 'probability' ? new ProbabilityQueue(config.queue.power) : new RiskAverseQueue(),
    ...(config.fees === undefined
      ? {}
      : { fees: { maker: Math.round(config.fees.makerBps * 1e4), taker: Math.round(config.fees.takerBps * 1e4) } }),
    amending: amendingOf(inputs.table.all),
    limits: inputs.limits,
    capital: inputs.capital,
    currency: inputs.currency,
    equityInterval: config.equityIntervalMs * 1000,
    observer,
  }
}

/** Plays the session to its end, in stretches of simulated time when somebody wants to see progress. */
function play(session: TradingSession, ourSide: Replay, records: number, progress: RunOptions['progress']): void {
  if (progress !== undefined) {
    let told = 0
    for (let until = ourSide.at; Number.isFinite(ourSide.at); until = Math.max(until + 1_000_000, ourSide.at)) {
      session.run(until)
      if (ourSide.sequence - told < PROGRESS_STEPS) continue
      told = ourSide.sequence
      progress({ done: told / records, events: told })
    }
    progress({ done: 1, events: records })
  }
  session.run(Number.POSITIVE_INFINITY)
}

function makeReport(
  config: BacktestConfig,
  options: RunOptions,
  inputs: BacktestInputs,
  { session, alerts }: ReturnType<typeof makeSession>,
  resultHash: string,
  seconds: number,
): BacktestReport {
  const version = codeVersion()
  const tapes = inputs.tapes.map(tape => ({
    folder: basename(tape.directory),
    contentHash: tape.manifest.contentHash,
    records: tape.recordCount,
  }))
  const hashed = {
    tapes: tapes.map(({ contentHash }) => contentHash),
    code: version,
    config: { ...config, tape: '' },
    seed: config.seed,
  }
  const { accounts } = session
  const trades = session.tally.figures()
  const figures = session.curve.figures()
  const opening = inputs.capital.find(({ code }) => code === inputs.currency)?.amount ?? 0n
  const closing = session.equity()
  const money = (amount: bigint): string => formatScaled(amount, inputs.decimals)
  const venueAgrees = inputs.table.all.every(
    ({ index }) => session.venue.netLots(index) === accounts.portfolio.netLots(index),
  )
  return {
    runHash: createHash('sha256')
      .update(canonicalJson(hashed as unknown as Canonical))
      .digest('hex'),
    resultHash,
    codeVersion: version,
    tapes,
    config,
    ...(options.out === undefined ? {} : { out: options.out }),
    events: inputs.records,
    eventsPerSecond: Math.round(inputs.records / seconds),
    currency: inputs.currency,
    equity: { first: money(opening), last: money(closing), profit: money(closing - opening) },
    figures,
    trades,
    orders: {
      placed: session.orders.placed,
      refused: Object.fromEntries(session.refusals),
      alerts: session.alerts,
      decisions: Object.fromEntries(session.decisions),
      queue: session.places.figures(),
    },
    positions: inputs.table.all.map(instrument => {
      const { netLots, realised, fees } = accounts.portfolio.position(instrument.index)
      const text = (amount: bigint): string => formatScaled(amount, instrument.settle.decimals)
      return { symbol: instrument.symbol, netLots, realised: text(realised), fees: text(fees) }
    }),
    latency: { acknowledged: session.acknowledged.figures(), filledAfter: session.filledAfter.figures() },
    checks: {
      ledgerZero: Object.values(accounts.trialBalance()).every(net => net === 0n),
      fillsEqualPositions: venueAgrees,
      everyFillExplained: session.unexplained === 0,
    },
    warnings: [...warningsOf(trades, figures), ...alerts],
  }
}
