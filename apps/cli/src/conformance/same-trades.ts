import { deepEqual, ok } from 'node:assert/strict'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { Flag } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { KeptRecord } from './market-trial.ts'

interface Print {
  readonly price: number
  readonly lots: number
  readonly takerSide: number
}

/** Trades that follow each other at one price and side are summed: some venues publish them so, each in its own way. */
function inRunsOfPrice(prints: readonly Print[]): Print[] {
  const runs: Print[] = []
  for (const { price, lots, takerSide } of prints) {
    const last = runs.at(-1)
    const isSame = last?.price === price && last.takerSide === takerSide
    if (isSame) runs.pop()
    runs.push({ price, lots: isSame ? last.lots + lots : lots, takerSide })
  }
  return runs
}

/**
 * The trades that were told of the first instrument are those that the exchange executed, in their order; at least four.
 * @throws AssertionError when one is missing, doubled or different
 */
export function sameTrades(told: readonly KeptRecord[], done: readonly ExchangeTrade[]): void {
  const read = told.map(({ lanes, flags }) => ({
    ...{ price: lanes[0], lots: lanes[1], takerSide: (flags & Flag.aggressorBuy) === 0 ? SELL : BUY },
  }))
  const own = done.filter(({ instrument }) => instrument.index === 0)
  ok(own.length > 3, `the market traded ${own.length} times`)
  deepEqual(inRunsOfPrice(read), inRunsOfPrice(own))
}
