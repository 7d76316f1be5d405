import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '../book/order-book.ts'
import { MarketStatus } from '../market/event-kind.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { MarketGuard } from './market-guard.ts'
import type { Wish } from './order-guard.ts'
import { refusalSentence } from './risk-refusal.ts'

/** A market of 100 bid for 5 lots (99 for 5) and 102 asked for 5 (103 for 5), and a guard over it. */
class Stage {
  readonly theBook = new OrderBook()
  delays = 0
  told = 0
  own: readonly OrderView[] = []
  readonly guard = new MarketGuard({ market: () => this })

  constructor() {
    for (const [price, lots] of [
      [100, 5],
      [99, 5],
    ] as const)
      this.theBook.bids.set(price, lots)
    for (const [price, lots] of [
      [102, 5],
      [103, 5],
    ] as const)
      this.theBook.asks.set(price, lots)
  }

  book(): OrderBook {
    return this.theBook
  }

  delay(): number {
    return this.delays
  }

  status(): number {
    return this.told
  }

  openOrders(): readonly OrderView[] {
    return this.own
  }

  /** Why a wish is refused; empty when it is not. */
  why(side: Side, price: number | undefined, postOnly = false, quantity = 1): string {
    const order = { instrument: 0, side, quantity, postOnly } as OrderRequest
    const wish: Wish = { order, price, quantity, added: quantity, isReducing: false, isReplace: false }
    return this.guard.refusal(wish)?.reason ?? ''
  }
}

const ownOrder = (side: Side, price: number | undefined): OrderView =>
  ({ request: { side }, price }) as unknown as OrderView

test('R-ORD-03 what is to rest and would take is refused before the wire', () => {
  const stage = new Stage()
  const cases: readonly (readonly [Side, number, string])[] = [
    [BUY, 101, ''],
    [BUY, 102, 'post_only_would_take'],
    [BUY, 110, 'post_only_would_take'],
    [SELL, 101, ''],
    [SELL, 100, 'post_only_would_take'],
  ]
  for (const [side, price, reason] of cases) {
    equal(stage.why(side, price, true), reason, `${side} at ${price}`)
    equal(stage.why(side, price), '', 'who may take, may take')
  }
  stage.theBook.asks.set(102, 0)
  stage.theBook.asks.set(103, 0)
  equal(stage.why(BUY, 110, true), '', 'nothing is there to take')
})

test('R-ORD-03 what would trade with an order of our own is refused, a market order by the worst price that it reaches', () => {
  const stage = new Stage()
  stage.own = [ownOrder(SELL, 103), ownOrder(SELL, undefined), ownOrder(BUY, 99)]
  deepEqual([stage.why(BUY, 102), stage.why(BUY, 103), stage.why(BUY, 120)], ['', 'self_trade', 'self_trade'])
  deepEqual([stage.why(BUY, undefined, false, 5), stage.why(BUY, undefined, false, 6)], ['', 'self_trade'])
  deepEqual([stage.why(SELL, undefined, false, 5), stage.why(SELL, undefined, false, 6)], ['', 'self_trade'])
  equal(stage.why(BUY, 99), '', 'an order of the same side is no trade')
})

test('R-KILL-04 who sees the market of two seconds ago does not enter it', () => {
  const stage = new Stage()
  stage.delays = 2_000_001
  equal(stage.why(BUY, 90), 'stale_market')
  stage.delays = 2_000_000
  equal(stage.why(BUY, 90), '')
})

test('D60 a venue that does not trade an instrument gets no new orders; one that said nothing is not held back', () => {
  const stage = new Stage()
  const reasons = [0, ...Object.values(MarketStatus).slice(0, 4)].map(status => {
    stage.told = status
    return stage.why(BUY, 90)
  })
  deepEqual(reasons, ['', '', 'market_halted', 'market_halted', 'market_halted'])
  const order = { instrument: 0, side: BUY, quantity: 1, postOnly: false } as OrderRequest
  const wish: Wish = { order, price: 90, quantity: 1, added: 1, isReducing: false, isReplace: false }
  equal(refusalSentence(stage.guard.refusal(wish)!, 'X on v'), 'market halted: status closed of X on v')
})
