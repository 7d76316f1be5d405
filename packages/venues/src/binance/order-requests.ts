import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, type Side } from '@velocimex/core/market/side'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { Cryptography } from '../cryptography.ts'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { toHex, toQuery } from '../wire/encodings.ts'
import { encodeUtf8 } from '../wire/utf8.ts'
import type { Dialect } from './frame-fields.ts'

/** How old a request may be when it arrives; the venue's default. */
const RECEIVE_WINDOW_MS = 5000

/** Where the order calls of a dialect live. */
export const API: Readonly<Record<Dialect, string>> = { spot: '/api/v3', usdm: '/fapi/v1' }
/** Calls that live elsewhere. */
export const PATHS = {
  spot: { balances: '/api/v3/account', fills: '/api/v3/myTrades', fees: '/api/v3/account/commission' },
  usdm: { balances: '/fapi/v3/balance', fills: '/fapi/v1/userTrades', fees: '/fapi/v1/commissionRate' },
} as const
/** Documented weights; a query of all symbols costs more. */
export const WEIGHTS = {
  spot: { order: 4, open: 6, openAll: 80, fills: 20, balances: 20 },
  usdm: { order: 1, open: 1, openAll: 40, fills: 5, balances: 5 },
} as const

/** Parameters in the order in which they are signed and sent; absent ones are left out. */
export type Parameters = readonly (readonly [string, string | number | boolean | undefined])[]

/** A call before it is signed. */
export interface Call {
  readonly call: VenueCall
  readonly method: VenueRequest['method']
  readonly path: string
  readonly parameters: Parameters
  readonly weight: number
  readonly orders?: number
  readonly clientOrderId?: string
  readonly instrument?: number
  readonly host?: string
}

/** Signs calls: HMAC-SHA256 over the query, in hexadecimal (request-security of binance-spot-api-docs). */
export class BinanceSigner {
  readonly #cryptography: Cryptography
  readonly #secret: Uint8Array
  readonly #apiKey: string

  constructor(credentials: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#secret = encodeUtf8(credentials.secret)
    this.#apiKey = credentials.apiKey
  }

  /** The signature of a text, percent-encoded before. */
  signature(text: string): string {
    return toHex(this.#cryptography.hmac('sha256', this.#secret, encodeUtf8(text)))
  }

  /** A call with time and signature. All parameters travel in the query. */
  signed(call: Call, at: Micros): VenueRequest {
    const timed = [...call.parameters, ['recvWindow', RECEIVE_WINDOW_MS], ['timestamp', Math.floor(at / 1000)]] as const
    const query = toQuery(timed)
    return this.#request(call, `${call.path}?${query}&signature=${this.signature(query)}`)
  }

  /** A call that needs the key but no signature. */
  keyed(call: Call): VenueRequest {
    const query = toQuery(call.parameters)
    return this.#request(call, query === '' ? call.path : `${call.path}?${query}`)
  }

  /** Parameters of a call over the WebSocket API: signed sorted by name and not percent-encoded. */
  socketParameters(parameters: Parameters, at: Micros): Record<string, string | number | boolean> {
    const all: Parameters = [...parameters, ['apiKey', this.#apiKey], ['timestamp', Math.floor(at / 1000)]]
    const given = all.filter((each): each is readonly [string, string | number | boolean] => each[1] !== undefined)
    const sorted = given.toSorted(([one], [other]) => (one < other ? -1 : 1))
    const signature = this.signature(sorted.map(([key, value]) => `${key}=${value}`).join('&'))
    return { ...Object.fromEntries(sorted), signature }
  }

  #request(call: Call, path: string): VenueRequest {
    return {
      call: call.call,
      method: call.method,
      ...(call.host === undefined ? {} : { host: call.host }),
      path,
      headers: { 'X-MBX-APIKEY': this.#apiKey },
      weight: call.weight,
      orders: call.orders ?? 0,
      clientOrderId: call.clientOrderId ?? '',
      instrument: call.instrument ?? -1,
    }
  }
}

/** The parameters of a new order. Post-only is a type of its own on spot (LIMIT_MAKER) and a time in force on USD-M (GTX). */
export function orderParameters(
  dialect: Dialect,
  instruments: InstrumentTable,
  order: OrderRequest,
  clientOrderId: string,
): Parameters {
  const instrument = instruments.at(order.instrument)
  assertSayable(spotRefusal(instrument, order))
  const { symbol, price, quantity } = instrument
  const isLimit = order.type === 'limit'
  const isMaker = isLimit && order.postOnly
  const type = !isLimit ? 'MARKET' : isMaker && dialect === 'spot' ? 'LIMIT_MAKER' : 'LIMIT'
  const timeInForce = !isLimit || type === 'LIMIT_MAKER' ? undefined : isMaker ? 'GTX' : order.timeInForce.toUpperCase()
  return [
    ['symbol', symbol],
    ['side', order.side === BUY ? 'BUY' : 'SELL'],
    ['type', type],
    ['timeInForce', timeInForce],
    ['quantity', formatOnGrid(order.quantity, quantity)],
    ['price', order.price === undefined ? undefined : formatOnGrid(order.price, price)],
    ['reduceOnly', dialect === 'usdm' && order.reduceOnly ? 'true' : undefined],
    ['newClientOrderId', clientOrderId],
    ['newOrderRespType', 'ACK'],
  ]
}

/** The parameters that name an order: by the venue's id where it is known, by ours otherwise. */
export function namingParameters(
  instruments: InstrumentTable,
  { clientOrderId, venueOrderId, instrument }: CancelCommand,
): Parameters {
  const symbol = instrument < 0 ? [] : [['symbol', instruments.at(instrument).symbol] as const]
  return [...symbol, venueOrderId === '' ? ['origClientOrderId', clientOrderId] : ['orderId', venueOrderId]]
}

/**
 * The parameters that take quantity away from an order of spot, which keeps its place and, told so, its id. Undefined for
 * every other change: the venue would keep the price, and say that all is well.
 */
export function shrinkParameters(instruments: InstrumentTable, command: ReplaceCommand): Parameters | undefined {
  const { was, price, quantity, clientOrderId, instrument } = command
  if (was === undefined || price !== was.price || quantity >= was.quantity) return undefined
  const lots = formatOnGrid(quantity, instruments.at(instrument).quantity)
  return [...namingParameters(instruments, command), ['newQty', lots], ['newClientOrderId', clientOrderId]]
}

/** The parameters of an amendment of USD-M; the quantity is the new total, what is filled included. */
export function amendParameters(instruments: InstrumentTable, command: ReplaceCommand, side: Side): Parameters {
  const { price, quantity } = instruments.at(command.instrument)
  return [
    ...namingParameters(instruments, command),
    ['side', side === BUY ? 'BUY' : 'SELL'],
    ['quantity', formatOnGrid(command.quantity, quantity)],
    ['price', formatOnGrid(command.price, price)],
  ]
}
