import type { Clock } from '@velocimex/core/clock/clock'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { lotsForMoney } from '@velocimex/core/exchange/money-order'
import { type Grid, parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import { moneyUnits } from '../../quote-money.ts'
import type { ClientKey } from '../../venue-dialect.ts'
import { plainDecimal } from '../../wire/fields.ts'
import { parseInstant } from '../../wire/instant-text.ts'
import { isoText } from '../iso-text.ts'
import { RestNames } from '../rest-names.ts'
import type { RateCounters } from './rate-counters.ts'
import { refusalOf, VenueError } from './venue-errors.ts'
import { orderNumber } from './venue-texts.ts'

/** An order as a client asks for it, over either way in; absent texts are undefined. */
export interface OrderWish {
  readonly pair: string | undefined
  readonly side: string | undefined
  readonly type: string | undefined
  readonly volume: string | undefined
  readonly price: string | undefined
  readonly timeInForce: string | undefined
  /** Until when a `gtd` order rests: RFC 3339, seconds since 1970, or `+` and seconds from now. */
  readonly expiry: string | undefined
  /** What the way in calls it. */
  readonly expiryKey: 'expiretm' | 'expire_time'
  /** Whether the volume of a market order that buys is a sum of the quote. */
  readonly isMoney: boolean
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly clientOrderId: string | undefined
  readonly userReference: string | undefined
  readonly isCheckOnly: boolean
  /** RFC 3339: when it is too late for the order; undefined for never. */
  readonly deadline: string | undefined
  /** A parameter with a meaning that is not offered here; undefined for none. */
  readonly unknownWish: string | undefined
}

/** A change of an order. */
export interface AmendWish {
  readonly volume: string | undefined
  readonly price: string | undefined
}

const CLIENT_ID = /^([\x21-\x7e]{1,18}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i
const FORCES: readonly string[] = ['gtc', 'ioc', 'fok', 'gtd'] satisfies (TimeInForce | 'gtd')[]
/** Before the ids of orders that came without one: the exchange wants one for each. */
const UNNAMED = '~'
const REFERENCES_MAX = 100_000

/** Where orders of clients arrive, over REST and the socket alike. */
export class OrderDesk {
  readonly exchange: Exchange
  readonly names: RestNames
  readonly #clock: Clock
  readonly #counters: RateCounters
  readonly #references = new Map<number, number>()
  readonly #deadlines = new Map<number, number>()
  #unnamed = 0
  #amendments = 0

  constructor(exchange: Exchange, clock: Clock, counters: RateCounters) {
    this.exchange = exchange
    this.names = new RestNames(exchange.instruments)
    this.#clock = clock
    this.#counters = counters
  }

  /** Places an order. Of a wish that is only to be checked nothing comes but undefined. */
  place(key: ClientKey, wish: OrderWish): ExchangeOrder | undefined | VenueError {
    if (!key.canTrade) return new VenueError('EGeneral:Permission denied')
    const order = this.#read(wish)
    if (order instanceof VenueError) return order
    // As texts, to the millisecond: both are UTC.
    if (wish.deadline !== undefined && isoText(this.#clock.now()).slice(0, 23) > wish.deadline.slice(0, 23))
      return new VenueError('EService:Deadline elapsed')
    const over = this.#counters.place(key.account, order.instrument.index, this.#clock.now())
    if (over !== undefined) return over
    if (wish.isCheckOnly) return undefined
    const placed = this.exchange.place(key.account, order)
    if (!placed.ok) return refusalOf(placed.reason)
    if (wish.userReference !== undefined) this.#refer(placed.value.id, Number(wish.userReference))
    return placed.value
  }

  /** Amends an open order. @returns the number of the amendment */
  amend(key: ClientKey, order: ExchangeOrder, wish: AmendWish): number | VenueError {
    if (!key.canTrade) return new VenueError('EGeneral:Permission denied')
    if (order.status !== 'open' || order.type !== 'limit') return new VenueError('EOrder:Unknown order')
    const price = wish.price === undefined ? order.price : ticksOf(wish.price, order.instrument)
    const lots = wish.volume === undefined ? order.lots : lotsOf(wish.volume, order.instrument)
    if (price instanceof VenueError) return price
    if (lots instanceof VenueError) return lots
    const now = this.#clock.now()
    const over = this.#counters.change('amend', key.account, order.instrument.index, now - order.createdAt, now)
    if (over !== undefined) return over
    const amended = this.exchange.amend(order, price, lots)
    return amended.ok ? ++this.#amendments : refusalOf(amended.reason)
  }

  /** Cancels an order. */
  cancel(key: ClientKey, order: ExchangeOrder | undefined): VenueError | undefined {
    if (!key.canTrade) return new VenueError('EGeneral:Permission denied')
    if (order === undefined || order.status !== 'open') return new VenueError('EOrder:Unknown order')
    const now = this.#clock.now()
    const over = this.#counters.change('cancel', key.account, order.instrument.index, now - order.createdAt, now)
    if (over !== undefined) return over
    this.exchange.cancel(order)
    return undefined
  }

  /** Cancels all open orders of an account. @returns how many */
  cancelAll(account: number): number {
    const open = this.exchange.openOrders(account)
    for (const order of open) this.exchange.cancel(order)
    return open.length
  }

  /** Sets the dead man's switch of an account. @param seconds 0 switches it off @returns when it will strike; 0 for never */
  cancelAfter(account: number, seconds: number): number {
    const at = seconds === 0 ? 0 : this.#clock.now() + seconds * 1e6
    if (at === 0) this.#deadlines.delete(account)
    else this.#deadlines.set(account, at)
    return at
  }

  /** Strikes the switches that are due. @param now microseconds */
  tick(now: number): void {
    for (const [account, at] of this.#deadlines)
      if (now >= at) {
        this.#deadlines.delete(account)
        this.cancelAll(account)
      }
  }

  /** An order of an account by the venue's id, or by the client's. */
  find(account: number, id: string | undefined, clientOrderId: string | undefined): ExchangeOrder | undefined {
    const order =
      id === undefined
        ? this.exchange.findByClientId(account, clientOrderId ?? '')
        : this.exchange.find(orderNumber(id))
    return order?.account === account ? order : undefined
  }

  /** The id that the client gave; undefined when it gave none. */
  clientOrderId({ clientOrderId }: ExchangeOrder): string | undefined {
    return clientOrderId.startsWith(UNNAMED) ? undefined : clientOrderId
  }

  /** The client's own number of an order; 0 for none. */
  reference({ id }: ExchangeOrder): number {
    return this.#references.get(id) ?? 0
  }

  #refer(id: number, reference: number): void {
    this.#references.set(id, reference)
    if (this.#references.size > REFERENCES_MAX) this.#references.delete(this.#references.keys().next().value!)
  }

  #read(wish: OrderWish): NewExchangeOrder | VenueError {
    const { type, side, clientOrderId } = wish
    const instrument = this.names.find(wish.pair ?? '')
    if (instrument === undefined) return new VenueError('EQuery:Unknown asset pair')
    if (type !== 'limit' && type !== 'market') return new VenueError('EGeneral:Invalid arguments:ordertype')
    if (side !== 'buy' && side !== 'sell') return new VenueError('EGeneral:Invalid arguments:type')
    if (wish.unknownWish !== undefined) return new VenueError(`EGeneral:Invalid arguments:${wish.unknownWish}`)
    const force = (wish.timeInForce ?? 'gtc').toLowerCase()
    if (!FORCES.includes(force)) return new VenueError('EGeneral:Invalid arguments:timeinforce')
    if (clientOrderId !== undefined && (!CLIENT_ID.test(clientOrderId) || clientOrderId.startsWith(UNNAMED)))
      return new VenueError('EGeneral:Invalid arguments:cl_ord_id')
    if (clientOrderId !== undefined && wish.userReference !== undefined)
      return new VenueError('EGeneral:Invalid arguments:userref and cl_ord_id')
    if (wish.userReference !== undefined && !/^-?\d{1,10}$/.test(wish.userReference))
      return new VenueError('EGeneral:Invalid arguments:userref')
    const now = this.#clock.now()
    const expiresAt = force === 'gtd' ? expiryOf(wish.expiry ?? '', now) : undefined
    if (
      (expiresAt === undefined) !== (wish.expiry === undefined) ||
      Number.isNaN(expiresAt) ||
      (expiresAt ?? now) < now
    )
      return new VenueError(`EGeneral:Invalid arguments:${wish.expiryKey}`)
    if (wish.isMoney && (type !== 'market' || side !== 'buy')) return new VenueError('EGeneral:Invalid arguments:viqc')
    const lots = wish.isMoney ? this.#bought(wish.volume ?? '', instrument) : lotsOf(wish.volume ?? '', instrument)
    if (lots instanceof VenueError) return lots
    const price = type === 'market' ? 0 : ticksOf(wish.price ?? '', instrument)
    if (price instanceof VenueError) return price
    if (wish.postOnly && type === 'market') return new VenueError('EGeneral:Invalid arguments:oflags')
    return {
      clientOrderId: clientOrderId ?? `${UNNAMED}${++this.#unnamed}`,
      ...{ instrument, type, price, lots, postOnly: wish.postOnly, reduceOnly: wish.reduceOnly },
      side: side === 'buy' ? BUY : SELL,
      timeInForce: force === 'gtd' ? 'gtc' : (force as TimeInForce),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }
  }

  /** Lots that a sum of the quote buys at the prices that rest now. */
  #bought(text: string, instrument: Instrument): number | VenueError {
    const units = moneyUnits(plainDecimal(text), instrument)
    if (units === undefined) return new VenueError('EGeneral:Invalid arguments:volume')
    return lotsForMoney(this.exchange, instrument, BUY, units)
  }
}

/** The instant of an expiry, microseconds; NaN for none. @param now microseconds */
function expiryOf(text: string, now: number): number {
  const [, plus, seconds] = /^(\+?)(\d{1,10})$/.exec(text) ?? []
  if (seconds !== undefined) return Number(seconds) * 1_000_000 + (plus === '+' ? now : 0)
  return parseInstant(text)?.micros ?? Number.NaN
}

function onGrid(text: string, grid: Grid, offGrid: string, malformed: string): number | VenueError {
  const steps = parseOnGrid(plainDecimal(text), grid)
  if (steps.ok) return steps.value
  return new VenueError(steps.reason === 'off_grid' ? offGrid : malformed)
}

const ticksOf = (text: string, { price }: Instrument): number | VenueError =>
  onGrid(text, price, 'EOrder:Tick size check failed', 'EGeneral:Invalid arguments:price')
const lotsOf = (text: string, { quantity }: Instrument): number | VenueError =>
  onGrid(text, quantity, 'EGeneral:Invalid arguments:volume', 'EGeneral:Invalid arguments:volume')
