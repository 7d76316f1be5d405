import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lots, ticks } from '../market/units.ts'
import { covers, type Scope } from './limit-scope.ts'
import type { ScopedLimit } from './scoped-limit.ts'
import { TRIAL_TABLE, TrialDesk, type TrialOrder, wish } from './trial-account.conformance.ts'

/** What the twin remembers of an order or reservation: everything, and it adds it all up again each time it is asked. */
interface Known {
  readonly account: string
  readonly strategy: string
  readonly instrument: number
  readonly side: number
  open: number
  readonly order: TrialOrder | undefined
}

const ACCOUNTS = ['main', 'other']
const POSITION: ScopedLimit = { name: 'position', scope: {}, kind: 'position', value: 150n }
const LIMITS: ScopedLimit[] = [
  POSITION,
  { name: 'mm in S0', scope: { strategy: 'mm', instrument: 0 }, kind: 'position', value: 100n },
  { name: 'main', scope: { account: 'main' }, kind: 'exposure', value: 30_000n },
  { name: 'all', scope: {}, kind: 'leverage', value: 10_000n },
  { name: 'asset', scope: { account: 'main' }, kind: 'concentration', value: 5000n },
  { name: 'open on alpha', scope: { venue: 'alpha' }, kind: 'open_orders', value: 8n },
]
const EQUITY = 45_000n

/** The slow, obvious twin: a list of fills and a list of orders, summed from the start for every question. */
class Twin {
  readonly orders: Known[] = []
  readonly fills: { account: string; strategy: string; instrument: number; lots: number }[] = []

  sums(scope: Scope, account: string, instrument: number): { net: number; buys: number; sells: number } {
    const isHere = (each: { account: string; strategy: string; instrument: number }): boolean =>
      each.account === account &&
      each.instrument === instrument &&
      covers(scope, { ...each, venue: TRIAL_TABLE.at(instrument).venue })
    const net = this.fills.filter(isHere).reduce((sum, fill) => sum + fill.lots, 0)
    const side = (sign: number): number =>
      this.orders.filter(order => order.side === sign && isHere(order)).reduce((sum, order) => sum + order.open, 0)
    return { net, buys: side(1), sells: side(-1) }
  }

  worst(scope: Scope, account: string, instrument: number): number {
    const { net, buys, sells } = this.sums(scope, account, instrument)
    return Math.max(Math.abs(net), net + buys, sells - net)
  }

  /** Value of everything a scope counts; marks are 100 and the fourth is worth as much in the currency. */
  gross(scope: Scope, base?: string): bigint {
    let sum = 0n
    for (const { index } of TRIAL_TABLE.all.slice(0, 3))
      for (const account of ACCOUNTS)
        if (base === undefined || TRIAL_TABLE.at(index).base.code === base)
          sum += BigInt(this.worst(scope, account, index) * 100)
    return sum
  }

  side(limit: ScopedLimit, instrument: number, side: number): number {
    return ACCOUNTS.reduce((total, account) => {
      const { net, buys, sells } = this.sums(limit.scope, account, instrument)
      return total + Math.max(0, side * net + (side > 0 ? buys : sells))
    }, 0)
  }

  /** Whether a limit is broken by what there would be with one more order, and was made worse by it. */
  breaks(limit: ScopedLimit, wished: Known): boolean {
    const subject = { ...wished, venue: TRIAL_TABLE.at(wished.instrument).venue }
    if (!covers(limit.scope, subject)) return false
    const { base } = TRIAL_TABLE.at(wished.instrument)
    const only = limit.kind === 'concentration' ? base.code : undefined
    const before = this.gross(limit.scope, only)
    this.orders.push(wished)
    const after = this.gross(limit.scope, only)
    const lotsAfter = this.side(limit, wished.instrument, wished.side)
    const count = this.orders.filter(
      order => order.open > 0 && covers(limit.scope, { ...order, venue: TRIAL_TABLE.at(order.instrument).venue }),
    ).length
    this.orders.pop()
    if (limit.kind === 'position') return lotsAfter > Number(limit.value)
    if (limit.kind === 'open_orders') return count > Number(limit.value)
    if (after <= before) return false
    return limit.kind === 'exposure' ? after > limit.value : after * 10_000n > limit.value * EQUITY
  }

  reduces({ account, instrument, side, open }: Known): boolean {
    const { net, buys, sells } = this.sums({}, account, instrument)
    return net * side < 0 && (side > 0 ? buys : sells) + open <= Math.abs(net)
  }
}

const command = fc.record({
  what: fc.constantFrom('ask', 'ask', 'ask', 'send', 'fill', 'fill', 'late', 'cancel', 'amend', 'release', 'unknown'),
  account: fc.constantFrom(...ACCOUNTS),
  strategy: fc.constantFrom('mm', 'arb'),
  instrument: fc.constantFrom(0, 1, 2),
  side: fc.constantFrom(1 as const, -1 as const),
  quantity: fc.integer({ min: 1, max: 80 }),
  pick: fc.nat(1000),
})

test('P-12 O7 whatever is asked, reserved, filled, canceled, amended and left in doubt: the gate decides as its slow twin', () => {
  const property = fc.property(fc.array(command, { maxLength: 60, size: 'max' }), commands => {
    const desk = new TrialDesk(LIMITS)
    desk.equity = EQUITY
    const twin = new Twin()
    const waiting: { known: Known; send: () => TrialOrder; drop: () => void }[] = []
    for (const { what, account, strategy, instrument, side, quantity, pick } of commands) {
      const wished: Known = { account, strategy, instrument, side, open: quantity, order: undefined }
      const live = twin.orders.filter(order => order.order !== undefined && order.open > 0)
      const one = live[pick % Math.max(1, live.length)]
      if (what === 'ask') {
        const reduces = twin.reduces(wished)
        const reviewed = desk.gate(account).review(wish(instrument, side, quantity, 100, strategy))
        const broken = reduces ? undefined : LIMITS.find(limit => twin.breaks(limit, wished))
        equal(reviewed.ok ? undefined : desk.gate(account).lastRefusal.name, broken?.name)
        if (!reviewed.ok) continue
        twin.orders.push(wished)
        const drop = (): void => desk.gate(account).settle(reviewed.value, undefined)
        waiting.push({ known: wished, send: () => desk.send(reviewed.value, account), drop })
      } else if (what === 'send' || what === 'release') {
        const next = waiting.shift()
        if (next === undefined) continue
        const open = what === 'send' ? next.known.open : 0
        if (what === 'release') next.drop()
        twin.orders[twin.orders.indexOf(next.known)] = {
          ...next.known,
          open,
          order: what === 'send' ? next.send() : undefined,
        }
      } else if (one?.order !== undefined) {
        if (what === 'cancel') desk.close(one.order, one.account)
        if (what === 'cancel') one.open = 0
        if (what === 'fill' || what === 'late') {
          // A late fill passes what is open: the venue filled more than it had told.
          const filled = what === 'fill' ? Math.min(quantity, one.open) : one.open + 1
          desk.fill(one.order, filled, one.account)
          one.open = Math.max(0, one.open - filled)
          twin.fills.push({ ...one, lots: one.side * filled })
        }
        if (what === 'amend') {
          const { order } = one
          const price = ticks(100)
          const reviewed = desk.gate(one.account).reviewReplace(order.request, price, lots(quantity), one.open, 0)
          if (!reviewed.ok) continue
          one.open = Math.max(one.open, quantity)
          order.exposure = one.open
          desk.book.onOrder(one.account, order)
          desk.gate(one.account).settle(reviewed.value, order.clientOrderId)
        }
      }
      for (const { limit, totals } of desk.limits.active)
        for (const slot of totals.slots) {
          const { net, buys, sells } = twin.sums(limit.scope, slot.account, slot.instrument)
          equal(`${slot.net} ${slot.buys} ${slot.sells}`, `${net} ${buys} ${sells}`, limit.name)
        }
    }
  })
  fc.assert(property, { numRuns: 400 })
})

test('P-12 O7 without fills beyond what was ordered, the worst case never passes a limit at any instant', () => {
  const property = fc.property(fc.array(command, { maxLength: 120, size: 'max' }), commands => {
    const desk = new TrialDesk([POSITION, { name: 'x', scope: { venue: 'alpha' }, kind: 'exposure', value: 20_000n }])
    const live: { order: TrialOrder; account: string }[] = []
    for (const { what, account, strategy, instrument, side, quantity, pick } of commands) {
      if (what === 'ask' || what === 'send') {
        const order = desk.place(wish(instrument, side, quantity, 100, strategy), account)
        if (order !== undefined) live.push({ order, account })
      } else if (live.length > 0) {
        const one = live[pick % live.length]!
        if (what === 'fill') desk.fill(one.order, Math.min(quantity, one.order.exposure), one.account)
        else if (what === 'cancel') desk.close(one.order, one.account)
      }
      const worst = (scope: Scope): number =>
        desk.book.totals(scope).slots.reduce((sum, slot) => {
          return sum + Math.max(Math.abs(slot.net), slot.net + slot.buys, slot.sells - slot.net)
        }, 0)
      for (const index of [0, 1, 2]) {
        const each = (sign: number): number =>
          desk.book
            .totals({})
            .slots.filter(slot => slot.instrument === index)
            .reduce((sum, slot) => sum + Math.max(0, sign * slot.net + (sign > 0 ? slot.buys : slot.sells)), 0)
        ok(each(1) <= 150 && each(-1) <= 150, `${index}: ${each(1)} ${each(-1)}`)
      }
      ok(worst({ venue: 'alpha' }) * 100 <= 20_000)
    }
  })
  fc.assert(property, { numRuns: 300 })
})
