import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { Cryptography } from '../cryptography.ts'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { toHex, toQuery } from '../wire/encodings.ts'
import { encodeUtf8 } from '../wire/utf8.ts'
import type { Category } from './frame-fields.ts'

/** How old a request may be when it arrives; the venue's default. */
export const RECEIVE_WINDOW_MS = 5000
/** How long a log-in of a socket stays valid on its way. */
const LOG_IN_MS = 10_000

/** Parameters in the order in which they are signed and sent; absent ones are left out. */
export type Parameters = readonly (readonly [string, string | number | boolean | undefined])[]

/** A call before it is signed. */
export interface Call {
  readonly call: VenueCall
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly parameters: Parameters
  readonly orders?: number
  readonly clientOrderId?: string
  readonly instrument?: number
}

/**
 * Signs calls and log-ins: HMAC-SHA256 in hexadecimal over time, key, window and what is sent, which is the query of a GET
 * and the body of a POST (Bybit v5, "Integration Guidance / Authentication").
 */
export class BybitSigner {
  readonly #cryptography: Cryptography
  readonly #secret: Uint8Array
  readonly #apiKey: string

  constructor(credentials: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#secret = encodeUtf8(credentials.secret)
    this.#apiKey = credentials.apiKey
  }

  /** The signature of a text. */
  signature(text: string): string {
    return toHex(this.#cryptography.hmac('sha256', this.#secret, encodeUtf8(text)))
  }

  /** The signature of what a request carries: a query without its question mark, or a body. */
  requestSignature(carried: string, milliseconds: number): string {
    return this.signature(`${milliseconds}${this.#apiKey}${RECEIVE_WINDOW_MS}${carried}`)
  }

  /** A call with its headers. */
  signed({ call, method, path, parameters, orders, clientOrderId, instrument }: Call, at: Micros): VenueRequest {
    const milliseconds = Math.floor(at / 1000)
    const carried = method === 'GET' ? toQuery(parameters) : JSON.stringify(Object.fromEntries(parameters))
    const headers = {
      'X-BAPI-API-KEY': this.#apiKey,
      'X-BAPI-TIMESTAMP': String(milliseconds),
      'X-BAPI-RECV-WINDOW': String(RECEIVE_WINDOW_MS),
      'X-BAPI-SIGN': this.requestSignature(carried, milliseconds),
    }
    const about = { orders: orders ?? 0, clientOrderId: clientOrderId ?? '', instrument: instrument ?? -1, weight: 1 }
    // A body on a GET, even an empty one, is answered with 403.
    if (method === 'GET') return { call, method, path: carried === '' ? path : `${path}?${carried}`, headers, ...about }
    return { call, method, path, headers: { ...headers, 'Content-Type': 'application/json' }, body: carried, ...about }
  }

  /** The frame that logs a private or trading socket in. */
  logIn(at: Micros): string {
    const expires = Math.floor(at / 1000) + LOG_IN_MS
    const args = [this.#apiKey, expires, this.signature(`GET/realtime${expires}`)]
    return JSON.stringify({ req_id: 'auth', op: 'auth', args })
  }
}

/** The parameters of a new order. A market order of spot counts its quantity in the base coin, whatever the side. */
export function placeParameters(
  category: Category,
  instruments: InstrumentTable,
  { order, clientOrderId }: PlaceCommand,
): Parameters {
  const instrument = instruments.at(order.instrument)
  assertSayable(spotRefusal(instrument, order))
  const { symbol, price, quantity } = instrument
  const isLimit = order.type === 'limit'
  const isLinear = category === 'linear'
  const timeInForce = order.postOnly ? 'PostOnly' : order.timeInForce.toUpperCase()
  return [
    ['category', category],
    ['symbol', symbol],
    ['side', order.side === BUY ? 'Buy' : 'Sell'],
    ['orderType', isLimit ? 'Limit' : 'Market'],
    ['qty', formatOnGrid(order.quantity, quantity)],
    ['price', order.price === undefined ? undefined : formatOnGrid(order.price, price)],
    ['timeInForce', isLimit ? timeInForce : undefined],
    ['marketUnit', isLimit || isLinear ? undefined : 'baseCoin'],
    ['positionIdx', isLinear ? 0 : undefined],
    ['orderLinkId', clientOrderId],
    ['reduceOnly', isLinear && order.reduceOnly ? true : undefined],
  ]
}

/** The parameters that name an order: by the venue's id where it is known, by ours otherwise. */
export function namingParameters(
  category: Category,
  instruments: InstrumentTable,
  { clientOrderId, venueOrderId, instrument }: CancelCommand,
): Parameters {
  const id = venueOrderId === '' ? (['orderLinkId', clientOrderId] as const) : (['orderId', venueOrderId] as const)
  return [['category', category], ['symbol', instruments.at(instrument).symbol], id]
}

/** The parameters of an amendment; the quantity is the new total, what is filled included. */
export function amendParameters(category: Category, instruments: InstrumentTable, command: ReplaceCommand): Parameters {
  const { price, quantity } = instruments.at(command.instrument)
  return [
    ...namingParameters(category, instruments, command),
    ['qty', formatOnGrid(command.quantity, quantity)],
    ['price', formatOnGrid(command.price, price)],
  ]
}
