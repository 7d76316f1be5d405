import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { parseCsv } from './parse-csv.ts'

/** Why a fill cannot be explained. */
export type ExplainRefusal = 'not_found'

/** Everything that a run knows of one fill. */
export interface FillExplanation {
  readonly fill: Readonly<Record<string, string>>
  /** Why it happened, in sentences. */
  readonly why: readonly string[]
  /** The life of its order: every change, in order. */
  readonly order: readonly Readonly<Record<string, string>>[]
  /** The transfers that booked it. */
  readonly transfers: readonly Readonly<Record<string, string>>[]
}

/**
 * Explains a fill of a finished run.
 * @param run folder of the run @param id number of the fill (1 is the first) or its trade id
 */
export function explainFill(
  run: string,
  id: string,
): Result<FillExplanation, ExplainRefusal> & { readonly words?: string } {
  if (!existsSync(join(run, 'run.json'))) return { ...refuse('not_found'), words: `${run} holds no run (run.json)` }
  const rows = (name: string): Readonly<Record<string, string>>[] => parseCsv(readFileSync(join(run, name), 'utf8'))
  const trades = rows('trades.csv')
  const fill = trades.find(row => row['fill'] === id || row['trade_id'] === id)
  if (fill === undefined)
    return { ...refuse('not_found'), words: `the run has no fill ${id}; it has 1 to ${trades.length}` }
  const order = rows('orders.csv').filter(row => row['client_order_id'] === fill['client_order_id'])
  const cause = `fill ${fill['trade_id']} of ${fill['client_order_id']}`
  return ok({ fill, why: reasons(fill), order, transfers: rows('ledger.csv').filter(row => row['cause'] === cause) })
}

function reasons(fill: Readonly<Record<string, string>>): string[] {
  const { side, price, quantity, trigger, trigger_price: at, trigger_quantity: lots, tape_record: record } = fill
  const { queue_at_entry: entry, queue_before: before } = fill
  const aggressor = side === 'buy' ? 'seller' : 'buyer'
  const book = side === 'buy' ? 'best ask' : 'best bid'
  const queue = `When the order came to rest, ${entry} stood ahead of it at ${price}; just before this fill it was ${before}.`
  switch (trigger) {
    case 'taker':
      return [
        `The order arrived at the venue and met ${lots} resting at ${at}, as the book stood after tape record ${record}; it took ${quantity}.`,
      ]
    case 'trade':
      return [
        `A ${aggressor} traded ${lots} at ${at}, our price (tape record ${record}). What was left after the queue ahead filled ${quantity} of ours.`,
        queue,
      ]
    case 'through':
      return [
        `A ${aggressor} traded ${lots} at ${at}, beyond our ${price} (tape record ${record}): it would have met us first, so it filled ${quantity} at our price.`,
        queue,
      ]
    case 'crossing':
      return [
        `The ${book} moved to ${at} with ${lots}, at or through our ${price} (tape record ${record}): it would have met us, so it filled ${quantity} at our price.`,
        queue,
      ]
    default:
      return ['The venue gave no cause.']
  }
}
