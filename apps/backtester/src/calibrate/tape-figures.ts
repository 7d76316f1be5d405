import { Replay } from '@velocimex/core/bus/replay'
import { stepSize } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { type MarketFigures, type MarketSamples, marketFigures } from '@velocimex/core/report/market-figures'
import { MarketTally } from '@velocimex/core/report/market-tally'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { openTape } from '@velocimex/host/tape/tape'

/** One instrument of a tape, as it was sampled. */
export interface TapeFigures {
  readonly instrument: Instrument
  readonly samples: MarketSamples
  /** Sizes in units of the asset (or contracts), not in lots. */
  readonly figures: MarketFigures
}

/** Why a tape gave no figures. */
export type TapeFiguresRefusal = 'not_found' | 'damaged' | 'no_instrument' | 'too_short'

/** A market is looked at for at least a minute and a hundred trades: less says nothing. */
const SECONDS_MIN = 60
const TRADES_MIN = 100

/**
 * Figures of one instrument of a tape.
 * @param symbol the venue's symbol or ours; the tape's first instrument without one
 */
export function tapeFigures(
  directory: string,
  symbol?: string,
): Result<TapeFigures, TapeFiguresRefusal> & { readonly words?: string } {
  const opened = openTape(directory)
  if (!opened.ok)
    return { ...refuse(opened.reason === 'damaged' ? 'damaged' : 'not_found'), words: opened.words ?? opened.reason }
  const tape = opened.value
  try {
    const { all } = tape.instruments
    const instrument = symbol === undefined ? all[0] : all.find(of => of.symbol === symbol || of.unified === symbol)
    if (instrument === undefined)
      return {
        ...refuse('no_instrument'),
        words: `${symbol} is not on the tape; it holds ${all.map(of => of.symbol).join(', ')}`,
      }
    const tally = new MarketTally(instrument.index)
    const replay = new Replay([{ source: tape }], tape.blockRecords)
    for (; replay.at !== Number.POSITIVE_INFINITY; replay.advance()) tally.take(replay.record, replay.at)
    const samples = tally.samples()
    if (samples.span < SECONDS_MIN * 1e6 || samples.trades.length < TRADES_MIN)
      return {
        ...refuse('too_short'),
        words: `${directory} has ${samples.span / 1e6} s with a book and ${samples.trades.length} trades of ${instrument.symbol}; ${SECONDS_MIN} s and ${TRADES_MIN} trades are needed`,
      }
    return ok({ instrument, samples, figures: marketFigures(samples, stepSize(instrument.quantity)) })
  } catch (cause) {
    return { ...refuse('damaged'), words: (cause as Error).message }
  } finally {
    tape.close()
  }
}
