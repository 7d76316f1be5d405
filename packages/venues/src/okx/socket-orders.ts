import { assert } from '@velocimex/core/assert'
import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { SocketOrders } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { orderFields, plainSteps, type SpotMode } from './order-requests.ts'
import type { Parameters } from './signing.ts'

/** A late command is refused by the venue. */
const EXPIRES_AFTER_MS = 5000

/**
 * The numbers by which orders over a socket name their instruments (`instIdCode`; the name is refused since 2026-03-26).
 * They differ between the venue and its demo, so they are learnt from the instrument list of the one that is traded.
 */
export class InstrumentCodes {
  readonly #instruments: InstrumentTable
  readonly #codes = new Map<number, string>()

  constructor(instruments: InstrumentTable) {
    this.#instruments = instruments
  }

  /** Takes an answer of `public/instruments`. @returns how many instruments of the table it told a code of */
  learn(text: string): number {
    const list = Fields.of(text)
    if (list === undefined) return 0
    let learnt = 0
    for (const row of list.has('data') ? list.list('data') : []) {
      const instrument = this.#instruments.find('okx', row.optional('instId') ?? '')
      const code = row.optional('instIdCode') ?? ''
      if (instrument === undefined || !/^\d{1,15}$/.test(code)) continue
      this.#codes.set(instrument.index, code)
      learnt++
    }
    return learnt
  }

  /** Whether the code of every instrument of OKX in the table is known. */
  get isComplete(): boolean {
    return this.#instruments.all.every(({ venue, index }) => venue !== 'okx' || this.#codes.has(index))
  }

  /** The code of an instrument that was learnt. */
  of(instrument: number): number {
    const code = this.#codes.get(instrument)
    assert(code !== undefined, 'the code of the instrument was learnt', instrument)
    return Number(code)
  }
}

/** Orders over the private socket, after its log-in (okx v5, "WS / Place order" and its neighbours). */
export class OkxSocketOrders implements SocketOrders {
  readonly #instruments: InstrumentTable
  readonly #codes: InstrumentCodes
  readonly #spotMode: () => SpotMode

  constructor(instruments: InstrumentTable, codes: InstrumentCodes, spotMode: () => SpotMode) {
    this.#instruments = instruments
    this.#codes = codes
    this.#spotMode = spotMode
  }

  place({ order, clientOrderId }: PlaceCommand, requestId: string, at: Micros): string {
    const fields = orderFields(this.#instruments.at(order.instrument), order, clientOrderId, this.#spotMode())
    return this.#frame('order', requestId, order.instrument, fields, at)
  }

  cancel(command: CancelCommand, requestId: string): string {
    return this.#frame('cancel-order', requestId, command.instrument, [naming(command)], undefined)
  }

  replace(command: ReplaceCommand, requestId: string, at: Micros): string {
    const { price, quantity } = this.#instruments.at(command.instrument)
    const fields: Parameters = [
      naming(command),
      ['newSz', plainSteps(command.quantity, quantity)],
      ['newPx', plainSteps(command.price, price)],
      ['reqId', command.clientOrderId],
    ]
    return this.#frame('amend-order', requestId, command.instrument, fields, at)
  }

  #frame(op: string, id: string, instrument: number, fields: Parameters, at: Micros | undefined): string {
    const named = [['instIdCode', this.#codes.of(instrument)], ...fields].filter(([, value]) => value !== undefined)
    const expiry = at === undefined ? {} : { expTime: String(Math.floor(at / 1000) + EXPIRES_AFTER_MS) }
    return JSON.stringify({ id, op, ...expiry, args: [Object.fromEntries(named)] })
  }
}

const naming = ({ clientOrderId, venueOrderId }: CancelCommand): readonly [string, string] =>
  venueOrderId === '' ? ['clOrdId', clientOrderId] : ['ordId', venueOrderId]
