import type { Micros } from '../clock/micros.ts'
import type { Lots } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { isTerminal } from '../order/order-state.ts'
import { parseClientOrderId } from './client-order-id.ts'
import type { JournaledOrders } from './journaled-orders.ts'
import type { OrderAtVenue } from './live-gateway.ts'
import type { OrderEntry } from './order-entry.ts'

/** An order as the venue tells it. */
export type Truth = OrderAtVenue

/** Whose an adopted order is: one of ours that our journal has lost, or one that somebody placed elsewhere. */
const ownerOf = (clientOrderId: string): string =>
  parseClientOrderId(clientOrderId) === undefined ? 'external' : 'recovered'

/**
 * What there is to write down so that we know what the venue tells of an order; nothing when we know it already. It is
 * told twice without harm, and an answer that is older than what we know says nothing.
 *
 * @param askedAt our instant of the question @param propagation see `DeskTiming`
 */
export function truthEntries(
  truth: Truth,
  orders: JournaledOrders,
  askedAt: Micros,
  propagation: number,
  now: Micros,
): OrderEntry[] {
  const id = truth.clientOrderId
  const entries: OrderEntry[] = []
  const say = (kind: ReportKind): void => void entries.push({ kind: 'report', report: reportOf(kind, truth), at: now })
  const order = orders.manager.find(id)
  if (order === undefined) {
    if (truth.status === 'rejected') return entries // It never was.
    const { venueOrderId } = truth
    entries.push({ kind: 'adopt', id, venueOrderId, order: requestOf(truth), at: now })
    say(truth.status === 'open' || truth.status === 'filled' ? 'accepted' : truth.status)
    return entries
  }
  const facts = orders.facts.get(id)
  const isClosed = facts === undefined || isTerminal(order.state)
  if (truth.status === 'rejected') {
    if (!isClosed) say('rejected')
    return entries
  }
  if (facts !== undefined && (!facts.acknowledged || truth.cumulative > facts.claimed)) say('accepted')
  else if (facts === undefined && truth.cumulative > order.cumulative) say('accepted')
  if (facts === undefined || isClosed) return entries
  const differs = truth.price !== order.price || truth.quantity !== order.quantity
  const asWished = facts.replace === undefined || truth.quantity === orders.manager.pendingQuantity(id)
  if (differs && asWished && truth.updatedAt > facts.replaceAnsweredAt) say('replaced')
  else if (facts.replace !== undefined && askedAt >= facts.replace.sentAt + propagation)
    entries.push({ kind: 'conclude', id, verb: 'replace', conclusion: 'absent', reason: 'it never arrived', at: now })
  if (truth.status === 'canceled' || truth.status === 'expired') {
    if (facts.closing === undefined) say(truth.status)
  } else if (truth.status === 'open' && facts.cancel !== undefined && askedAt >= facts.cancel.sentAt + propagation)
    entries.push({ kind: 'conclude', id, verb: 'cancel', conclusion: 'absent', reason: 'it never arrived', at: now })
  return entries
}

function reportOf(kind: ReportKind, truth: Truth): ExecutionReport {
  const { clientOrderId, venueOrderId, instrument, cumulative, quantity, price } = truth
  const isOver = kind === 'rejected' || kind === 'canceled' || kind === 'expired'
  const amended = kind === 'replaced' ? { quantity, ...(price === undefined ? {} : { price }) } : {}
  const leaves = (isOver ? 0 : quantity - cumulative) as Lots
  return { kind, clientOrderId, venueOrderId, instrument, at: truth.updatedAt, cumulative, leaves, ...amended }
}

/** A fill from a list of fills as a report; what the order has filled beside it is not told. */
export function reportOfFill(fill: Fill): ExecutionReport {
  const { clientOrderId, venueOrderId, instrument, at } = fill
  const none = 0 as Lots
  return { kind: 'filled', clientOrderId, venueOrderId, instrument, at, cumulative: none, leaves: none, fill }
}

/** The wish that an order which we did not know must have been. Of a fill alone we know no more than it executed. */
export function requestOf(known: Truth | Fill): OrderRequest {
  const isOrder = 'status' in known
  const { price } = known
  return {
    instrument: known.instrument,
    side: known.side,
    type: isOrder ? known.type : 'limit',
    quantity: known.quantity,
    ...(price === undefined ? {} : { price }),
    timeInForce: isOrder ? known.timeInForce : 'gtc',
    postOnly: false,
    reduceOnly: false,
    strategy: ownerOf(known.clientOrderId),
  }
}
