import { BUY, opposite, SELL, type Side } from '../market/side.ts'
import { bound, worth } from './exchange-account.ts'
import type { ExchangeOrder, ExchangeRefusal, NewExchangeOrder } from './exchange-order.ts'
import type { ExchangeView } from './exchange-view.ts'
import type { MatchingEngine } from './matching-engine.ts'
import { boundsAt } from './price-band.ts'

/**
 * Why an exchange does not take an order; undefined when it does.
 * @param amended the open order that the wish amends; what it holds counts as free
 */
export function whyNotTaken(
  exchange: ExchangeView,
  account: number,
  wish: NewExchangeOrder,
  amended?: ExchangeOrder,
): ExchangeRefusal | undefined {
  const { instrument, lots, price, side } = wish
  const { bounds } = instrument
  const isMarket = wish.type === 'market'
  const engine = exchange.engine(instrument.index)
  if (!exchange.isOpen[instrument.index]) return 'market_closed'
  if (amended === undefined && exchange.findByClientId(account, wish.clientOrderId)?.status === 'open')
    return 'duplicate_client_id'
  const priceMax = bounds.priceMax ?? Number.MAX_SAFE_INTEGER
  if (!isMarket && !(Number.isSafeInteger(price) && price >= (bounds.priceMin ?? 1) && price <= priceMax))
    return 'bad_price'
  const outside = isMarket ? undefined : whyOutside(exchange, wish)
  if (outside !== undefined) return outside
  if (!Number.isSafeInteger(lots) || lots <= 0) return 'bad_quantity'
  if (lots < (bounds.quantityMin ?? 1)) return 'quantity_min'
  const quantityMax = bounds.quantityMax ?? Number.MAX_SAFE_INTEGER
  if (lots > (isMarket ? Math.min(quantityMax, bounds.marketQuantityMax ?? quantityMax) : quantityMax))
    return 'quantity_max'
  const valued = isMarket ? engine.book.best(opposite(side)) : price
  if (!Number.isFinite(valued)) return 'no_liquidity'
  if (!wish.reduceOnly && worth(instrument, valued, lots) < (bounds.notionalMin ?? 0n)) return 'notional_min'
  const open = exchange.openOrders(account, instrument.index).filter(order => order !== amended)
  if (open.length >= exchange.terms.openOrdersMax) return 'too_many_orders'
  if (wish.reduceOnly && !reduces(exchange, account, wish, open)) return 'reduce_only'
  if (!affords(exchange, account, wish, open, engine, amended)) return 'insufficient_funds'
  if (wish.postOnly && !isMarket && crosses(engine, side, price)) return 'would_take'
  if (wish.timeInForce === 'fok' && !isMarket && reach(engine, side, price, lots).lots < lots) return 'not_fillable'
  return ownMet(engine, open, wish, lots - (amended?.cumulative ?? 0)).length > 0 ? 'self_trade' : undefined
}

/**
 * Which of an account's own orders a wish would meet on arrival: those at prices that it reaches before it is filled, and
 * not those further away. At the last price all are counted, whoever is ahead of them.
 *
 * @param open orders of the account in this instrument
 * @param lots what is left to fill
 */
export function ownMet(
  engine: MatchingEngine,
  open: readonly ExchangeOrder[],
  { side, type, price }: Pick<NewExchangeOrder, 'side' | 'type' | 'price'>,
  lots: number,
): ExchangeOrder[] {
  const limit = type === 'market' ? side * Number.POSITIVE_INFINITY : price
  const facing = open.filter(own => own.side !== side && side * (limit - own.price) >= 0)
  if (facing.length === 0) return facing
  const { worst } = reach(engine, side, limit, lots)
  return facing.filter(own => side * (worst - own.price) >= 0)
}

/** Whether a limit price lies beyond what the venue takes around the mark. */
function whyOutside(
  exchange: ExchangeView,
  { instrument, price, side }: NewExchangeOrder,
): ExchangeRefusal | undefined {
  const { buy, sell } = boundsAt(exchange.terms.bands, instrument, exchange.mark(instrument.index))
  const { min, max } = side === BUY ? buy : sell
  if (price > max) return 'price_too_high'
  return price < min ? 'price_too_low' : undefined
}

/** Whether an order would execute on arrival. */
function crosses(engine: MatchingEngine, side: Side, price: number): boolean {
  const best = engine.book.best(opposite(side))
  return Number.isFinite(best) && side * (price - best) >= 0
}

/** What can be taken up to a limit: lots and their value. */
function reach(engine: MatchingEngine, side: Side, limit: number, wanted: number): { lots: number; worst: number } {
  const resting = opposite(side)
  let lots = 0
  let worst = engine.book.best(resting)
  for (let at = worst; Number.isFinite(at) && side * (limit - at) >= 0 && lots < wanted; ) {
    lots += engine.book.lotsAt(resting, at)
    worst = at
    at = engine.book.worse(resting, at)
  }
  return { lots, worst }
}

/** Whether a reduce-only order, with those before it, leaves the position on its side of zero. */
function reduces(
  exchange: ExchangeView,
  account: number,
  wish: NewExchangeOrder,
  open: readonly ExchangeOrder[],
): boolean {
  const { lots } = exchange.account(account).position(wish.instrument.index)
  const before = open.filter(order => order.side === wish.side && order.reduceOnly)
  const bound = before.reduce((sum, order) => sum + order.lots - order.cumulative, 0)
  return lots * wish.side < 0 && wish.lots + bound <= Math.abs(lots)
}

function affords(
  exchange: ExchangeView,
  account: number,
  wish: NewExchangeOrder,
  open: readonly ExchangeOrder[],
  engine: MatchingEngine,
  amended: ExchangeOrder | undefined,
): boolean {
  const { instrument, side, lots } = wish
  const owner = exchange.account(account)
  const limit = wish.type === 'market' ? side * Number.POSITIVE_INFINITY : wish.price
  const price = wish.type === 'market' ? reach(engine, side, limit, lots).worst : wish.price
  if (instrument.kind === 'spot') {
    const [code, units] = bound(instrument, side, price, lots - (amended?.cumulative ?? 0))
    const held =
      amended === undefined ? 0n : bound(instrument, side, amended.price, amended.lots - amended.cumulative)[1]
    return owner.free(code) + held >= units
  }
  if (wish.reduceOnly) return true
  const before = requiredMargin(exchange, account, open, instrument.index)
  const after = requiredMargin(
    exchange,
    account,
    [...open, { ...wish, cumulative: amended?.cumulative ?? 0, price }],
    instrument.index,
  )
  // What makes the position smaller at worst needs no margin.
  return (
    after <= before ||
    marginEquity(exchange, account, instrument.settle.code) >= after + otherMargin(exchange, account, wish)
  )
}

type Resting = Pick<ExchangeOrder, 'side' | 'lots' | 'cumulative' | 'price'>

/** Initial margin of one instrument at worst: position and all open orders of the worse side, booked units. */
export function requiredMargin(
  exchange: ExchangeView,
  account: number,
  open: readonly Resting[],
  index: number,
): bigint {
  const instrument = exchange.instruments.at(index)
  const owner = exchange.account(account)
  const { lots } = owner.position(index)
  const mark = exchange.mark(index)
  const pending = (side: Side): number =>
    open.reduce((sum, order) => (order.side === side ? sum + order.lots - order.cumulative : sum), 0)
  const worst = Math.max(Math.abs(lots + pending(BUY)), Math.abs(lots - pending(SELL)))
  const price = mark > 0 ? mark : Math.max(0, ...open.map(order => order.price))
  if (worst === 0 || price <= 0) return 0n
  const leverage = BigInt(owner.leverage.get(index) ?? exchange.terms.defaultLeverage)
  return (worth(instrument, price, worst) + leverage - 1n) / leverage
}

/** Wallet and open profit of an asset, booked units. */
export function marginEquity(exchange: ExchangeView, account: number, code: string): bigint {
  const owner = exchange.account(account)
  let equity = owner.balance(code).total
  for (const index of owner.positions.keys()) {
    const instrument = exchange.instruments.at(index)
    if (instrument.settle.code === code) equity += owner.unrealised(instrument, exchange.mark(index))
  }
  return equity
}

/** Initial margin of the account's other instruments that settle in the same asset. */
function otherMargin(exchange: ExchangeView, account: number, { instrument }: NewExchangeOrder): bigint {
  let margin = 0n
  for (const other of exchange.instruments.all) {
    if (other.index === instrument.index || other.kind === 'spot' || other.settle.code !== instrument.settle.code)
      continue
    margin += requiredMargin(exchange, account, exchange.openOrders(account, other.index), other.index)
  }
  return margin
}
