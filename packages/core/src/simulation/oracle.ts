import type { Journal } from '../bus/journal.ts'
import type { JournalDisk } from '../bus/memory-journal.ts'
import { parseClientOrderId } from '../execution/client-order-id.ts'
import type { LiveGateway } from '../execution/live-gateway.ts'
import { decodeEntry, type OrderEntry } from '../execution/order-entry.ts'
import { replay } from '../execution/recovery.ts'
import { BUY } from '../market/side.ts'
import type { Fill } from '../order/fill.ts'
import { isTerminal } from '../order/order-state.ts'
import type { SimExchange } from './sim-exchange.ts'
import { SIM_LIMITS } from './sim-limits.ts'
import type { TradingProcess } from './trading-process.ts'

/** The rules, by their names in the catalogue of reliability. */
export type Rule = 'O1' | 'O2' | 'O3' | 'O4' | 'O5' | 'O6' | 'O7' | 'O9'

/** Thrown when a rule is broken: the first divergence, in words. */
export class Violation extends Error {
  readonly rule: Rule
  constructor(rule: Rule, words: string) {
    super(`${rule}: ${words}`)
    this.rule = rule
  }
}

/** Instrument on which other people trade our account: our limits do not bind them. */
const FOREIGN_INSTRUMENT = 2

/**
 * Knows the truth of the exchange and of the disk, and holds the trading process against it: cheaply after every step,
 * fully when everything has come to rest.
 */
export class Oracle {
  readonly #exchange: SimExchange
  readonly #disk: JournalDisk
  /** Intents that reached the disk in any life, also those that a loss of power took away again. */
  readonly #written = new Set<string>()
  readonly #sent = new Set<string>()
  /** Entries that were written, by kind, conclusions by what they conclude: shows what a run has visited. */
  readonly tally = new Map<string, number>()
  readonly #trades = new Map<string, Fill>()
  #booked = new Set<string>()
  #indexed = 0
  #changes = -1

  constructor(exchange: SimExchange, disk: JournalDisk) {
    this.#exchange = exchange
    this.#disk = disk
  }

  /** A process begins its life with empty books. */
  onStart(): void {
    this.#booked = new Set()
  }

  /** Watches what is really written. */
  watchJournal(journal: Journal): Journal {
    const onWritten = (entry: OrderEntry): void => this.#onWritten(entry)
    return {
      get writtenThrough() {
        return journal.writtenThrough
      },
      get syncedThrough() {
        return journal.syncedThrough
      },
      get isShort() {
        return journal.isShort
      },
      append(kind, payload) {
        const result = journal.append(kind, payload)
        const entry = decodeEntry(kind, payload)
        if (result.ok && entry.ok) onWritten(entry.value)
        return result
      },
      sync: () => journal.sync(),
      saveSnapshot: state => journal.saveSnapshot(state),
    }
  }

  /** Watches what is really sent: written before, and never twice. */
  watchGateway(gateway: LiveGateway): LiveGateway {
    return {
      place: (command, stamp) => {
        this.#onSent(command.clientOrderId)
        gateway.place(command, stamp)
      },
      placeBatch: commands => {
        for (const { clientOrderId } of commands) this.#onSent(clientOrderId)
        gateway.placeBatch(commands)
      },
      cancel: (command, stamp) => gateway.cancel(command, stamp),
      replace: (command, stamp) => gateway.replace(command, stamp),
      cancelReplace: (cancel, place, stamp) => {
        this.#onSent(place.clientOrderId)
        gateway.cancelReplace(cancel, place, stamp)
      },
      ask: question => gateway.ask(question),
    }
  }

  /** A fill was booked: it is one of the exchange's, and it is booked once. */
  onBooked(fill: Fill): void {
    this.#index()
    const key = keyOf(fill)
    const truth = this.#trades.get(key)
    if (truth === undefined) throw new Violation('O4', `booked a fill that the exchange does not have, ${key}`)
    if (truth.quantity !== fill.quantity || truth.price !== fill.price || truth.clientOrderId !== fill.clientOrderId)
      throw new Violation('O4', `booked a fill differently from the exchange, ${key}`)
    if (this.#booked.has(key)) throw new Violation('O4', `booked the fill ${key} twice`)
    this.#booked.add(key)
  }

  /** Risk, after every step: with every order that rests filled, no position passes its limit. */
  afterStep(): void {
    if (this.#changes === this.#exchange.changes) return
    this.#changes = this.#exchange.changes
    const open = this.#exchange.open
    for (const [instrument, limits] of SIM_LIMITS.byInstrument.entries()) {
      if (instrument === FOREIGN_INSTRUMENT) continue
      let buys = this.#exchange.position[instrument]!
      let sells = -buys
      let orders = 0
      for (const { request, quantity, cumulative } of open) {
        if (request.instrument !== instrument) continue
        orders++
        if (request.side === BUY) buys += quantity - cumulative
        else sells += quantity - cumulative
      }
      const worst = Math.max(buys, sells)
      if (worst > limits.positionLotsMax)
        throw new Violation('O7', `instrument ${instrument} could reach ${worst} lots of ${limits.positionLotsMax}`)
      if (orders > limits.openOrdersMax)
        throw new Violation('O7', `instrument ${instrument} has ${orders} open orders of ${limits.openOrdersMax}`)
    }
  }

  /** Whether nothing is in doubt or missing any more. */
  isSettled(trader: TradingProcess): boolean {
    const { orders } = trader.desk
    for (const [id, facts] of orders.facts) {
      const order = orders.manager.find(id)!
      if (facts.place !== undefined || facts.cancel !== undefined || facts.replace !== undefined) return false
      if (facts.closing !== undefined || facts.claimed > order.cumulative || order.state === 'unknown') return false
    }
    return trader.desk.isReady
  }

  /** Everything, at rest. @throws Violation with the first difference */
  checkAll(trader: TradingProcess): void {
    this.#checkOrders(trader)
    this.#checkBooks(trader)
    this.#checkRebuilt(trader)
  }

  #onWritten(entry: OrderEntry): void {
    if (entry.kind === 'place') this.#written.add(entry.id)
    if (entry.kind === 'cancel_replace') this.#written.add(entry.newId)
    const damage = entry.kind === 'stop' && entry.engaged && entry.reason.includes('damaged')
    const adopted = entry.kind === 'adopt' ? `adopt ${entry.order.strategy}` : entry.kind
    const name = entry.kind === 'conclude' ? `${entry.verb} ${entry.conclusion}` : damage ? 'quarantine' : adopted
    this.tally.set(name, (this.tally.get(name) ?? 0) + 1)
  }

  #onSent(id: string): void {
    if (!this.#written.has(id)) throw new Violation('O3', `the order ${id} was sent before it was written`)
    if (this.#sent.has(id)) throw new Violation('O3', `the order ${id} was sent twice`)
    this.#sent.add(id)
  }

  #checkOrders(trader: TradingProcess): void {
    const { manager, facts } = trader.desk.orders
    for (const [id, held] of this.#exchange.orders) {
      if (parseClientOrderId(id) !== undefined && !this.#written.has(id))
        throw new Violation('O3', `the exchange has the order ${id} and no journal ever had it`)
      const order = manager.find(id)
      if (order === undefined) {
        if (held.status === 'open') throw new Violation('O2', `the open order ${id} is not known`)
        continue // Closed, and forgotten with a snapshot or lost with the power: its fills are checked below.
      }
      const isSame =
        isTerminal(order.state) === (held.status !== 'open') &&
        order.cumulative === held.cumulative &&
        (held.status !== 'open' || (order.quantity === held.quantity && order.price === held.price))
      if (!isSame)
        throw new Violation(
          'O2',
          `${id} is ${order.state} ${order.cumulative}/${order.quantity}@${order.price}, at the exchange ${held.status} ${held.cumulative}/${held.quantity}@${held.price}`,
        )
    }
    for (const id of facts.keys()) {
      const order = manager.find(id)!
      if (order.state === 'unknown') throw new Violation('O1', `${id} is still unknown: ${order.reason}`)
      if (!isTerminal(order.state) && this.#exchange.orders.get(id)?.status !== 'open')
        throw new Violation('O2', `${id} is ${order.state} and the exchange has no such open order`)
    }
  }

  #checkBooks({ books }: TradingProcess): void {
    this.#index()
    for (const key of this.#trades.keys())
      if (!this.#booked.has(key)) throw new Violation('O4', `the fill ${key} of the exchange is not booked`)
    for (const [ledger, net] of Object.entries(books.trialBalance()))
      if (net !== 0n) throw new Violation('O5', `the ledger ${ledger} is off balance by ${net}`)
    const cash = books.cash('USD')
    if (cash !== this.#exchange.cash)
      throw new Violation('O5', `cash is ${cash}, at the exchange ${this.#exchange.cash}`)
    for (const [instrument, lots] of this.#exchange.position.entries()) {
      const held = books.portfolio.netLots(instrument)
      if (held !== lots)
        throw new Violation('O6', `the position of instrument ${instrument} is ${held}, at the exchange ${lots}`)
    }
  }

  #checkRebuilt({ desk }: TradingProcess): void {
    const reading = this.#disk.read()
    const state =
      reading.snapshot === undefined ? undefined : (JSON.parse(reading.snapshot.state) as { orders: string })
    const history =
      state === undefined
        ? reading
        : { ...reading, snapshot: { through: reading.snapshot!.through, state: state.orders } }
    const ignore = (): void => undefined
    const rebuilt = replay(history, {
      instruments: SIM_LIMITS.byInstrument.length,
      listener: { onFill: ignore, onOrderUpdate: ignore, onAlert: ignore },
      onJournalAlert: ignore,
    })
    if (!rebuilt.ok) throw new Violation('O9', `the journal cannot be replayed: ${rebuilt.reason}`)
    const [was, is] = [rebuilt.value.digest(), desk.orders.digest()]
    if (was === is) return
    let at = 0
    while (was[at] === is[at]) at++
    throw new Violation(
      'O9',
      `rebuilt ${was.slice(Math.max(0, at - 80), at + 80)}, live ${is.slice(Math.max(0, at - 80), at + 80)}`,
    )
  }

  #index(): void {
    const { trades } = this.#exchange
    for (; this.#indexed < trades.length; this.#indexed++) {
      const { fill } = trades[this.#indexed]!
      this.#trades.set(keyOf(fill), fill)
    }
  }
}

const keyOf = ({ instrument, tradeId }: Fill): string => `${instrument} ${tradeId}`
