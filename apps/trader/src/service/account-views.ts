import { RECONCILIATION_CAUSE } from '@velocimex/core/engine/reconcile-account'
import { formatOnGrid, formatScaled, parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentLimits } from '@velocimex/core/risk/risk-limits'
import { AUDIT_CAUSE } from './audit-damage.ts'
import type { ExecutionMode } from './execution-modes.ts'
import { commandFeed, type FeedCommand, feedView } from './feed-views.ts'
import { breakerRows, limitRows, modeView, stopView } from './guard-views.ts'
import { INSTRUMENT_LIMITS, type InstrumentLimitName } from './instrument-limits.ts'
import { ledgerRow } from './ledger-views.ts'
import type { LiveAccount } from './live-account.ts'
import type { NamedAccount } from './named-account.ts'
import { orderRow } from './order-views.ts'
import { noAccount, notFound, notPossible, type Refusal } from './refusal.ts'
import type { StopOrder } from './stop-order.ts'
import { managersOf, strategyRows } from './strategy-views.ts'

/** A change of a limit as it is asked for. */
export interface LimitChange {
  readonly account: string
  readonly symbol: string
  readonly limit: InstrumentLimitName
  readonly value: string
  readonly raise: boolean
}

/** A change of an execution mode as it is asked for. */
export interface ModeChange {
  readonly account: string
  readonly strategy: string
  readonly mode: ExecutionMode
}

const iso = (micros: number): string => new Date(micros / 1000).toISOString()

/** What a running trader tells about its accounts, and what it can be told to do. Money and quantities are decimal text. */
export class AccountViews {
  readonly #accounts: readonly NamedAccount[]
  readonly #startedAt: number
  readonly #now: () => number
  readonly #refusals: ReadonlyMap<string, number>
  readonly #stopOrder: StopOrder

  constructor(
    accounts: readonly NamedAccount[],
    refusals: ReadonlyMap<string, number>,
    stopOrder: StopOrder,
    now: () => number,
  ) {
    this.#accounts = accounts
    this.#stopOrder = stopOrder
    this.#refusals = refusals
    this.#now = now
    this.#startedAt = now()
  }

  status(): object {
    return {
      since: iso(this.#startedAt),
      uptimeSeconds: Math.round((this.#now() - this.#startedAt) / 1e6),
      stopped:
        this.#accounts.find(({ account }) => account.desk.orders.stop !== undefined)?.account.desk.orders.stop ?? null,
      accounts: this.#accounts.map(({ name, account }) => ({
        name,
        ready: account.isReady,
        ordersReady: account.desk.isReady,
        marketReady: account.market.isReady,
        stop: stopView(account) ?? null,
        mode: modeView(account),
        halted: account.gate.halted ? account.gate.haltCause : null,
        epoch: account.desk.orders.epoch,
        placed: account.placed,
        fills: account.journal.fills.count,
        openOrders: account.instruments.all.reduce(
          (sum, { index }) => sum + account.desk.orders.manager.openOrders(index).length,
          0,
        ),
        equity: this.#equity(account),
        makerRatio: account.journal.maker.ratio ?? null,
        differences: account.care.differences,
        corrections: account.journal.corrections,
        books: account.instruments.all.map(({ symbol, index }) => ({ symbol, live: account.market.isLive(index) })),
        strategies: account.strategies.desks.map(({ strategy, maker }) => ({
          name: strategy.name,
          makerRatio: maker.ratio ?? null,
          mode: account.strategies.modeOf(strategy.name),
          state: strategy.getState(),
        })),
        alerts: account.alerts.last(5).map(({ at, words, times }) => ({ at: iso(at), words, times })),
      })),
      refusals: Object.fromEntries(this.#refusals),
    }
  }

  /** @param all closed ones too, as far as they are remembered */
  orders(all: boolean): object {
    const rows = this.#accounts.flatMap(({ name, account }) =>
      managersOf(account).flatMap(([mode, manager]) => {
        const open = account.instruments.all.flatMap(({ index }) => [...manager.openOrders(index)])
        const closed = all ? manager.images(200).map(({ clientOrderId }) => manager.find(clientOrderId)!) : []
        const unique = new Map([...closed, ...open].map(order => [order.clientOrderId, order]))
        return [...unique.values()].map(order => ({ account: name, mode, ...orderRow(order, account) }))
      }),
    )
    return { orders: rows }
  }

  /** Everything that happened to an order; undefined when it is not known. */
  explain(id: string): object | undefined {
    for (const { name, account } of this.#accounts) {
      const found = managersOf(account).find(([, manager]) => manager.find(id) !== undefined)
      if (found === undefined) continue
      const [mode, manager] = found
      const order = manager.find(id)!
      const story = (account.stories.of(id) ?? []).map(({ at, words }) => ({ at: iso(at), words }))
      const doubt = account.desk.orders.facts.get(id)
      return { account: name, mode, ...orderRow(order, account), story, isSettled: doubt === undefined }
    }
    return undefined
  }

  positions(): object {
    const positions = this.#accounts.flatMap(({ name, account }) =>
      account.instruments.all.map(instrument => {
        const { index, unified, quantity, settle } = instrument
        const { portfolio } = account.journal.books
        const { netLots, realised, fees } = portfolio.position(index)
        const money = (units: bigint): string => `${formatScaled(units, settle.decimals)} ${settle.code}`
        const unrealised = money(portfolio.unrealised(index, account.mark(index)))
        const text = { quantity: formatOnGrid(netLots, quantity), realised: money(realised), fees: money(fees) }
        return { account: name, instrument: unified, ...text, unrealised }
      }),
    )
    return { positions }
  }

  strategies(): object {
    return {
      strategies: this.#accounts.flatMap(({ name, account }) =>
        strategyRows(account).map(row => ({ account: name, ...row })),
      ),
    }
  }

  /** @returns the strategies as they are now, or why the mode stays as it is */
  setMode({ account: name, strategy, mode }: ModeChange): object | Refusal {
    const account = this.#find(name)
    if (account === undefined) return noAccount(name, this.#accounts)
    return account.strategies.setMode(strategy, mode) ?? this.strategies()
  }

  feeds(): object {
    return feedView(this.#accounts, this.#now())
  }

  /** @returns the connections as they are now, or why nothing was done */
  commandFeed(command: FeedCommand): object | Refusal {
    return commandFeed(this.#accounts, command) ?? this.feeds()
  }

  ledger(): object {
    return { accounts: this.#accounts.map(ledgerRow) }
  }

  risk(): object {
    return {
      limits: this.#accounts.flatMap(({ name, account }) =>
        account.instruments.all.map(instrument => ({
          account: name,
          symbol: instrument.symbol,
          ...limitsText(account.guards.limits(instrument.index), instrument),
        })),
      ),
      scoped: this.#accounts.flatMap(({ name, account }) => limitRows(account).map(row => ({ account: name, ...row }))),
      breakers: this.#accounts.flatMap(({ name, account }) =>
        breakerRows(account).map(row => ({ account: name, ...row })),
      ),
      modes: this.#accounts.map(({ name, account }) => ({ account: name, ...modeView(account) })),
      stopped: this.#accounts.map(({ name, account }) => ({
        ...{ account: name, reason: account.desk.orders.stop ?? null, stop: stopView(account) ?? null },
      })),
    }
  }

  /** The limits of an instrument; undefined when there is none of that name. */
  limitsOf(name: string, symbol: string): object | undefined {
    const account = this.#find(name)
    const instrument = account?.instruments.all.find(each => each.symbol === symbol)
    return instrument === undefined ? undefined : limitsText(account!.guards.limits(instrument.index), instrument)
  }

  /**
   * Engages the emergency stop everywhere: its six steps begin at once, and restarts change nothing.
   * @returns the reason, and each account that was stopped already with its stop as it is now
   */
  stop(reason: string, flattens: boolean): object {
    this.#stopOrder.give({ reason, flattens })
    const before = this.#accounts.filter(({ account }) => account.guards.safeguards.stop.isEngaged)
    for (const { account } of this.#accounts) account.guards.stop(reason, flattens)
    return { stopped: reason, already: before.map(({ name, account }) => ({ account: name, ...stopView(account) })) }
  }

  /** Releases the stop of every account and the halts of reconciliation, or says which ones stay stopped and why. */
  resume(reason: string): object | Refusal {
    const lifted = this.#accounts.filter(({ account }) => account.guards.lift(RECONCILIATION_CAUSE, reason))
    const stopped = this.#accounts.filter(({ account }) => account.guards.safeguards.stop.isEngaged)
    if (stopped.length + lifted.length === 0) {
      const audit = this.#accounts.some(({ account }) => auditHalt(account) !== undefined)
      return notPossible(`nothing is stopped${audit ? '; the audit log halts: velocimex audit acknowledge' : ''}`)
    }
    const refused = stopped.flatMap(({ name, account }) => {
      const why = account.guards.release(reason)
      return why === undefined ? [] : [`${name} stays stopped: ${why}`]
    })
    if (refused.length > 0) return notPossible(refused.join('; '))
    this.#stopOrder.takeBack()
    return { resumed: [...new Set([...stopped, ...lifted])].map(({ name }) => name) }
  }

  /** Lets entries pass again after a person has acknowledged that the audit log is damaged. @returns names of accounts */
  acknowledgeAudit(reason: string): readonly string[] {
    return this.#accounts.filter(({ account }) => account.guards.lift(AUDIT_CAUSE, reason)).map(({ name }) => name)
  }

  /** A person asked or looked: a sign of life for the dead-man switch, where one is set. */
  heard(): void {
    for (const { account } of this.#accounts) account.guards.heard()
  }

  /** @returns the limits as they are now, or why they were not changed */
  setLimit({ account: name, symbol, limit, value, raise }: LimitChange): object | Refusal {
    const account = this.#find(name)
    const instrument = account?.instruments.all.find(each => each.symbol === symbol)
    if (account === undefined) return noAccount(name, this.#accounts)
    if (instrument === undefined) return notFound('symbol', symbol, symbolsOf(account), `on ${name}`)
    const { field } = INSTRUMENT_LIMITS[limit]
    const parsed = limit === 'order' || limit === 'position' ? parseOnGrid(value, instrument.quantity) : undefined
    const number = parsed === undefined ? Number(value) : parsed.ok ? parsed.value : Number.NaN
    if (!Number.isSafeInteger(number) || number < 0 || value.trim() === '') {
      const wants =
        parsed === undefined ? 'a whole number' : `a decimal in steps of ${formatOnGrid(1, instrument.quantity)}`
      return notPossible(`${value} is no value for ${limit}: it wants ${wants}, not negative`)
    }
    const before = account.guards.limits(instrument.index)
    if (number > before[field] && !raise)
      return notPossible(`${value} is more than before: raising a limit must be said (--raise)`)
    const refusal = account.guards.setLimit(instrument.index, limit, number)
    if (refusal !== undefined) return notPossible(`${limit} was not changed: ${refusal.replaceAll('_', ' ')}`)
    return limitsText(account.guards.limits(instrument.index), instrument)
  }

  #find(name: string): LiveAccount | undefined {
    return this.#accounts.find(each => each.name === name)?.account
  }

  #equity(account: LiveAccount): string {
    const { settle } = account.instruments.at(0)
    return `${formatScaled(account.equity(settle.code), settle.decimals)} ${settle.code}`
  }
}

const auditHalt = ({ guards }: LiveAccount): object | undefined =>
  guards.safeguards.halts.halts.find(({ cause }) => cause === AUDIT_CAUSE)

const symbolsOf = ({ instruments }: LiveAccount): string[] => instruments.all.map(({ symbol }) => symbol)

function limitsText(limits: InstrumentLimits, { quantity }: Instrument): object {
  const lots = (count: number): string => (Number.isFinite(count) ? formatOnGrid(count, quantity) : 'none')
  return {
    order: lots(limits.orderLotsMax),
    position: lots(limits.positionLotsMax),
    openOrders: limits.openOrdersMax,
    priceBandBps: limits.priceBandBps,
  }
}
