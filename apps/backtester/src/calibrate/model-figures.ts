import type { OrderFlowParameters } from '@velocimex/core/exchange/order-flow-parameters'
import { SyntheticMarket } from '@velocimex/core/exchange/synthetic-market'
import { EventRecord, type RecordSink, Records } from '@velocimex/core/market/event-record'
import { type MarketFigures, type MarketSamples, marketFigures } from '@velocimex/core/report/market-figures'
import { MarketTally } from '@velocimex/core/report/market-tally'

/** Instant at which every played model begins, microseconds. */
export const MODEL_START_US = 1_700_000_000_000_000
const STEP_US = 1_000_000

/** Seconds at the start that are not looked at: the book is filled by hand and must first become the model's own. */
export const WARM_UP_SECONDS = 60

/** What the model is asked to make. */
export interface ModelRun {
  readonly flow: OrderFlowParameters
  readonly seed: number
  /** Length of what is looked at. */
  readonly seconds: number
  /** Size of a lot in units of the asset. */
  readonly lotSize: number
  /** `WARM_UP_SECONDS` unless told; whole. */
  readonly warmUpSeconds?: number
}

/** Plays the model and takes its figures, in the units of `tapeFigures`. Equal runs give equal figures. */
export function modelFigures(run: ModelRun): { readonly samples: MarketSamples; readonly figures: MarketFigures } {
  const tally = new MarketTally(0)
  const start = MODEL_START_US + (run.warmUpSeconds ?? WARM_UP_SECONDS) * 1e6
  const samples = playModel(run, tally, start)
  return { samples, figures: marketFigures(samples, run.lotSize) }
}

function playModel({ flow, seed, seconds }: ModelRun, tally: MarketTally, start: number): MarketSamples {
  const record = new EventRecord(new Records(1))
  const sink: RecordSink = {
    append(records, from, to) {
      record.wrap(records)
      for (let slot = from; slot < to; slot++) tally.take(record.at(slot), record.receiveTime)
    },
  }
  const market = new SyntheticMarket(seed, MODEL_START_US, [flow], sink)
  for (let at = MODEL_START_US; at <= start + seconds * 1e6; at += STEP_US) {
    market.runUntil(at)
    if (at === start && at > MODEL_START_US) tally.restart()
  }
  return tally.samples()
}
