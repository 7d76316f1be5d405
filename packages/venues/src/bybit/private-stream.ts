import type { Micros } from '@velocimex/core/clock/micros'
import type { Lots } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { PrivateMessage, PrivateStream } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { readBalances, readPosition } from './account-answers.ts'
import { fillReport, instrumentOf, type OrderPlace, readOrder, reasonOf } from './order-reports.ts'
import type { BybitSigner } from './order-requests.ts'

/** The venue cuts sockets after ten silent minutes, and asks for a ping every twenty seconds. */
export const PING_EVERY = 20_000_000 as Micros
/** Two pings without an answer. */
export const SILENCE = 45_000_000 as Micros
/** Requests by which answers are known. */
const SUBSCRIBE_ID = 'account'
const DEAD_MAN_ID = 'dead-man'
/** Orders whose price and quantity are remembered, to tell an amendment from a repeat. */
const ORDERS_MAX = 10_000

/** The frame that keeps a private or trading socket alive. */
export const PING = JSON.stringify({ req_id: 'ping', op: 'ping' })

/**
 * The events of the account in one market: topics of this category alone, because the symbols of both are the same. Nothing
 * is sent on subscription: whoever connects asks for orders and balances.
 *
 * Fills come by executions; the order topic tells when an order rests, is amended, and ends. It does not say which of the
 * first two: an open order whose price or quantity is another than before was amended.
 */
export class BybitPrivateStream implements PrivateStream {
  readonly renewal = { every: PING_EVERY, frames: () => [PING] }
  readonly silence = SILENCE
  readonly #place: OrderPlace
  readonly #signer: BybitSigner
  readonly #terms = new Map<string, string>()

  constructor(place: OrderPlace, signer: BybitSigner) {
    this.#place = place
    this.#signer = signer
  }

  token(): undefined {
    return undefined
  }

  path(): string {
    return '/v5/private'
  }

  hello(_token: string, at: Micros): readonly string[] {
    const { category } = this.#place
    const topics = [`order.${category}`, `execution.${category}`, 'wallet']
    if (category === 'linear') topics.push('position.linear')
    const deadMan = category === 'linear' ? 'dcp.future' : 'dcp.spot'
    const subscribe = (id: string, args: readonly string[]): string =>
      JSON.stringify({ req_id: id, op: 'subscribe', args })
    // Cancel on disconnect counts the sockets with its topic; not every account may have it, so it is asked for apart.
    return [this.#signer.logIn(at), subscribe(SUBSCRIBE_ID, topics), subscribe(DEAD_MAN_ID, [deadMan])]
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const messages = frame.has('topic') ? this.#event(frame) : [readSessionAnswer(frame)]
    return frame.fault === '' ? messages : [{ kind: 'damaged', words: frame.fault }]
  }

  #event(frame: Fields): readonly PrivateMessage[] {
    const place = this.#place
    const [topic, category = place.category] = frame.text('topic').split('.') as [string, string?]
    const rows = frame.list('data')
    if (category !== place.category) return [{ kind: 'ignored' }]
    const messages: PrivateMessage[] = []
    for (const row of rows) {
      if (topic === 'order') messages.push(...this.#order(row))
      else if (topic === 'execution') messages.push(...this.#execution(row))
      else if (topic === 'wallet')
        messages.push(...readBalances([row]).map(balance => ({ kind: 'balance', balance }) as const))
      else if (topic === 'position') {
        const position = readPosition(row, place)
        if (position !== undefined) messages.push({ kind: 'position', position })
      }
    }
    return messages.length > 0 ? messages : [{ kind: 'ignored' }]
  }

  #order(row: Fields): readonly PrivateMessage[] {
    const order = readOrder(row, this.#place)
    // A cancel that came late for a filled order is told by a second Filled: the fills have said it all.
    if (order === undefined || row.fault !== '') return []
    const { clientOrderId, venueOrderId, instrument, at, cumulative, quantity, price, status } = order
    const about = { clientOrderId, venueOrderId, instrument, at, cumulative }
    if (status !== 'open') {
      this.#terms.delete(venueOrderId)
      if (status === 'filled') return []
      const reason = reasonOf(row)
      const closed = { kind: status, ...about, leaves: 0 as Lots }
      return [{ kind: 'report', report: reason === '' || status === 'canceled' ? closed : { ...closed, reason } }]
    }
    const leaves = (quantity - cumulative) as Lots
    const before = this.#terms.get(venueOrderId)
    const terms = `${price} ${quantity}`
    this.#remember(venueOrderId, terms)
    const isAmended = before !== undefined && before !== terms && price !== undefined
    if (isAmended)
      return [{ kind: 'report', report: { kind: 'replaced', ...about, leaves, price, quantity } as ExecutionReport }]
    if (before !== undefined && row.text('orderStatus') === 'PartiallyFilled') return []
    return [{ kind: 'report', report: { kind: 'accepted', ...about, leaves } }]
  }

  #remember(order: string, terms: string): void {
    this.#terms.delete(order)
    this.#terms.set(order, terms)
    if (this.#terms.size > ORDERS_MAX) this.#terms.delete(this.#terms.keys().next().value!)
  }

  /** A fill, or a payment of funding, of which the venue tells what is paid by us. */
  #execution(row: Fields): readonly PrivateMessage[] {
    // The fast topic tells fills before the full one does, and less of them: it is not subscribed to.
    if (!row.has('execType')) return []
    if (row.text('execType') === 'Funding') {
      const instrument = instrumentOf(this.#place, row)
      if (instrument === undefined) return []
      const { units, decimals } = row.amount('execFee')
      const asset = row.optional('feeCurrency') || instrument.settle.code
      if (units === 0n) return []
      const amount = { units: -units, decimals }
      const paid = { asset, amount, instrument: instrument.index, id: row.text('execId') }
      return [{ kind: 'cash_flow', flow: { kind: 'funding', ...paid, at: (row.int('execTime') * 1000) as Micros } }]
    }
    const report = fillReport(row, this.#place)
    return report === undefined ? [] : [{ kind: 'report', report }]
  }
}

/** The answer to a log-in, a subscription or a ping, in the words of either kind of socket. */
export function readSessionAnswer(frame: Fields): PrivateMessage {
  const op = frame.text('op')
  if (op === 'pong' || (op === 'ping' && frame.optional('success') !== 'false')) return { kind: 'heartbeat' }
  const code = frame.optional('retCode') ?? ''
  const succeeded = frame.has('success') ? frame.bool('success') : code === '0'
  const id = frame.optional('req_id') ?? frame.optional('reqId') ?? ''
  if (id === DEAD_MAN_ID) return { kind: 'ignored' }
  if (!succeeded) {
    const words = frame.optional('ret_msg') ?? frame.optional('retMsg') ?? ''
    return { kind: 'refused', code: code === '' ? op : code, words }
  }
  return op === 'subscribe' ? { kind: 'ready' } : { kind: 'ignored' }
}
