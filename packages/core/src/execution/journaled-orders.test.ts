import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import { isTerminal } from '../order/order-state.ts'
import { approved, fillOf, orderAtVenue } from './desk-stage.conformance.ts'
import { JournaledOrders } from './journaled-orders.ts'
import { decodeEntry, encodeEntry, entryKind, type OrderEntry } from './order-entry.ts'
import { SeenTrades } from './seen-trades.ts'
import { truthEntries } from './venue-truth.ts'

const NOW = 5_000_000_000 as Micros
const IDS = ['a', 'b', 'c']

function makeOrders(): { readonly orders: JournaledOrders; readonly booked: string[] } {
  const booked: string[] = []
  const ignore = (): void => undefined
  const listener = {
    onFill: (fill: { tradeId: string }) => void booked.push(fill.tradeId),
    onOrderUpdate: ignore,
    onAlert: ignore,
  }
  return { orders: new JournaledOrders(2, listener, ignore), booked }
}

function play(entries: readonly OrderEntry[]): ReturnType<typeof makeOrders> {
  const made = makeOrders()
  for (const [at, entry] of entries.entries()) made.orders.apply(entry, at + 1)
  return made
}

const report = (
  id: string,
  kind: ExecutionReport['kind'],
  at: number,
  more: Partial<ExecutionReport> = {},
): OrderEntry => ({
  kind: 'report',
  at: NOW,
  report: {
    kind,
    clientOrderId: id,
    venueOrderId: `X${id}`,
    instrument: 0,
    at: at as Micros,
    cumulative: 0 as Lots,
    leaves: 0 as Lots,
    ...more,
  },
})
const filled = (id: string, tradeId: string, lots: number, cumulative: number, at: number): OrderEntry =>
  report(id, 'filled', at, { fill: fillOf(id, tradeId, lots, at), cumulative: cumulative as Lots })

const place = (id: string): OrderEntry => ({ kind: 'place', id, order: approved(), at: NOW })

/** Anything at all, sensible or not. */
const anyEntry: fc.Arbitrary<OrderEntry> = fc
  .record({ id: fc.constantFrom(...IDS), dice: fc.nat(19), at: fc.nat(50), lots: fc.integer({ min: 1, max: 12 }) })
  .map(({ id, dice, at, lots }): OrderEntry => {
    const verb = (['place', 'cancel', 'replace'] as const)[lots % 3]!
    const conclusion = (['unsent', 'in_doubt', 'absent'] as const)[at % 3]!
    const kinds = [
      'accepted',
      'rejected',
      'canceled',
      'expired',
      'cancel_rejected',
      'replaced',
      'replace_rejected',
    ] as const
    const quantity = lots as Lots
    if (dice < 3) return { kind: 'cancel', id, at: NOW }
    if (dice < 5) return { kind: 'replace', id, price: 101 as Ticks, quantity, at: NOW }
    if (dice < 8) return { kind: 'conclude', id, verb, conclusion, reason: 'x', at: NOW }
    if (dice < 12) return filled(id, `${id}${at % 7}`, 1 + (at % 7), lots, at)
    if (dice === 12) return { kind: 'audited', through: (NOW + at) as Micros, at: NOW }
    const kind = kinds[dice - 13]!
    const amended = kind === 'replaced' ? { price: 101 as Ticks, quantity } : {}
    return report(id, kind, at, { cumulative: (at % 11) as Lots, ...amended })
  })
const anyEntries = fc
  .array(anyEntry, { maxLength: 40, size: 'max' })
  .map((entries): OrderEntry[] => [...IDS.map(place), ...entries])

test('P-05 whatever comes in whatever order has an outcome; quantities stay in bounds; nothing is forgotten too soon', () => {
  fc.assert(
    fc.property(anyEntries, entries => {
      const { orders, booked } = play(entries)
      equal(new Set(booked).size, booked.length)
      for (const id of IDS) {
        const order = orders.manager.find(id)!
        const facts = orders.facts.get(id)
        ok(order.leaves === (isTerminal(order.state) ? 0 : Math.max(0, order.quantity - order.cumulative)))
        if (!isTerminal(order.state)) ok(facts !== undefined, 'an open order has facts')
        if (facts !== undefined && isTerminal(order.state)) ok(facts.claimed > order.cumulative)
        if (order.state === 'pending_replace') ok(facts!.replace !== undefined || facts!.closing !== undefined)
      }
    }),
    { numRuns: 3000 },
  )
})

test('P-07 P-21 entries read back as they were written, and a snapshot at any point stands for what was before it', () => {
  fc.assert(
    fc.property(anyEntries, fc.nat(43), (entries, point) => {
      const read = entries.map(entry => {
        const decoded = decodeEntry(entryKind(entry), encodeEntry(entry))
        ok(decoded.ok)
        return decoded.value
      })
      deepEqual(read, entries)
      const whole = play(read).orders
      const cut = Math.min(point, entries.length)
      const { orders } = makeOrders()
      orders.restore(play(entries.slice(0, cut)).orders.snapshot())
      for (let at = cut; at < entries.length; at++) orders.apply(entries[at]!, at + 1)
      equal(orders.digest(), whole.digest())
    }),
    { numRuns: 1500 },
  )
  deepEqual(decodeEntry(99, '{}'), { ok: false, reason: 'unknown_kind' })
  for (const text of ['', 'null', '{"kind":"place"}', '{"kind":"stop","at":1}'])
    deepEqual(decodeEntry(2, text), { ok: false, reason: 'malformed' })
})

/** One life of one order as the venue tells it, with the sums that a venue tells. */
const life = fc
  .record({
    parts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
    end: fc.constantFrom('open', 'canceled', 'expired'),
  })
  .map(({ parts, end }) => {
    let sum = 0
    const fills = parts.flatMap((part, at) => {
      if (sum + part >= 10) return []
      sum += part
      return [filled('a', `t${at}`, part, sum, 10 + at)]
    })
    const last = end === 'open' ? [] : [report('a', end as 'canceled', 30, { cumulative: sum as Lots })]
    return [report('a', 'accepted', 1), ...fills, ...last]
  })

test('P-04 P-06 any order and any repetition of the same evidence ends in the same state with the same fills', () => {
  const order = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(life, order, fc.array(fc.nat(10), { maxLength: 5 }), fc.boolean(), (told, shuffle, twice, doubted) => {
      const doubt: OrderEntry[] = doubted
        ? [{ kind: 'conclude', id: 'a', verb: 'place', conclusion: 'in_doubt', reason: '', at: NOW }]
        : []
      const mixed = [...told, ...twice.map(at => told[at % told.length]!)]
        .map((entry, at) => [shuffle[at % 12]! * 16 + at, entry] as const)
        .sort(([one], [other]) => one - other)
        .map(([, entry]) => entry)
      const end = (entries: readonly OrderEntry[]): unknown[] => {
        const { orders, booked } = play([place('a'), ...doubt, ...entries])
        const { state, cumulative, leaves } = orders.manager.find('a')!
        return [state, cumulative, leaves, booked.sort(), orders.manager.openBuyLots(0), orders.facts.size]
      }
      deepEqual(end(mixed), end(told))
    }),
    { numRuns: 2000 },
  )
})

test('P-08 what the venue tells, told a second time, is nothing new; a failed question takes nothing away', () => {
  const truth = fc.record({
    status: fc.constantFrom('open', 'filled', 'canceled', 'expired', 'rejected'),
    cumulative: fc.nat(10),
    quantity: fc.integer({ min: 1, max: 12 }),
    price: fc.integer({ min: 99, max: 102 }),
    updatedAt: fc.nat(60),
  })
  fc.assert(
    fc.property(anyEntries, truth, fc.integer({ min: 0, max: 20 }), (entries, told, later) => {
      const { orders } = play(entries)
      const at = (NOW + later * 1_000_000) as Micros
      const asked = orderAtVenue('a', told as Parameters<typeof orderAtVenue>[1])
      let sequence = entries.length
      const learn = (): OrderEntry[] => {
        const news = truthEntries(asked, orders, at, 10_000_000, at)
        for (const entry of news) orders.apply(entry, ++sequence)
        return news
      }
      learn()
      // A conclusion may make an older difference speak: the second turn is the last that has anything to say.
      learn()
      const digest = orders.digest()
      for (const entry of learn()) ok(entry.kind === 'report' && entry.report.kind !== 'filled')
      equal(orders.digest(), digest)
    }),
    { numRuns: 2000 },
  )
})

test('trades are remembered for as long as they may be told again, and no longer', () => {
  const seen = new SeenTrades()
  for (let at = 0; at < 1000; at++) seen.add(0, `t${at}`, at)
  deepEqual([seen.look(0, 't5', 5), seen.look(1, 't5', 5), seen.look(0, 'x', 5)], ['seen', 'new', 'new'])
  seen.forgetBefore(900)
  deepEqual(
    [seen.size, seen.look(0, 't5', 5), seen.look(0, 't950', 950), seen.look(0, 'x', 901)],
    [100, 'stale', 'seen', 'new'],
  )
})
