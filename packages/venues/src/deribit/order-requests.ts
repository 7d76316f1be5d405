import type { Micros } from '@velocimex/core/clock/micros'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { Cryptography } from '../cryptography.ts'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
import type { Credentials, VenueCall, VenueRequest } from '../order-venue.ts'
import { toHex, toQuery } from '../wire/encodings.ts'
import { encodeUtf8 } from '../wire/utf8.ts'

/** Where JSON-RPC is spoken over HTTP. */
export const API = '/api/v2'
/** How long after its decision an order may still be taken, in milliseconds. */
const ORDER_LIFE_MS = 5000
const NONCE_BYTES = 8

/** A number that travels by its own digits. */
export class Decimal {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Parameters of a method in the order in which they are written; absent ones are left out. */
export type Parameters = readonly (readonly [
  string,
  Decimal | string | number | boolean | readonly string[] | undefined,
])[]

/** A call before it is signed. */
export interface Call {
  readonly call: VenueCall
  /** `private/buy` */
  readonly method: string
  readonly parameters: Parameters
  /** Whether it goes to the matching engine, which has a budget of its own. */
  readonly isOrder?: boolean
  readonly clientOrderId?: string
  readonly instrument?: number
}

/** A JSON-RPC request as text; decimals keep their digits. */
export function rpc(id: string | number, method: string, parameters: Parameters): string {
  const fields = parameters
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${value instanceof Decimal ? value.text : JSON.stringify(value)}`)
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":{${fields.join(',')}}}`
}

/** Signs calls: HMAC-SHA256 over time, nonce and the request ("Authentication" of the documentation of v2). */
export class DeribitSigner {
  readonly #cryptography: Cryptography
  readonly #secret: Uint8Array
  readonly #id: string

  constructor(credentials: Credentials, cryptography: Cryptography) {
    this.#cryptography = cryptography
    this.#secret = encodeUtf8(credentials.secret)
    this.#id = credentials.apiKey
  }

  /** The signature of a text, in hexadecimal. */
  signature(text: string): string {
    return toHex(this.#cryptography.hmac('sha256', this.#secret, encodeUtf8(text)))
  }

  /** A private call, sent as the body of a POST. */
  signed({ call, method, parameters, isOrder = false, ...about }: Call, at: Micros): VenueRequest {
    const body = rpc(1, method, parameters)
    const ts = Math.floor(at / 1000)
    const nonce = this.#nonce()
    const sig = this.signature(requestText(ts, nonce, 'POST', API, body))
    return {
      call,
      method: 'POST',
      path: API,
      headers: {
        authorization: `deri-hmac-sha256 id=${this.#id},ts=${ts},sig=${sig},nonce=${nonce}`,
        'content-type': 'application/json',
      },
      body,
      weight: isOrder ? 0 : 1,
      orders: isOrder ? 1 : 0,
      clientOrderId: about.clientOrderId ?? '',
      instrument: about.instrument ?? -1,
    }
  }

  /** A call that needs no key. */
  open(
    call: VenueCall,
    method: string,
    query: readonly (readonly [string, string])[],
    instrument: number,
  ): VenueRequest {
    const path = `${API}/${method}?${toQuery(query)}`
    return { call, method: 'GET', path, headers: {}, weight: 1, orders: 0, clientOrderId: '', instrument }
  }

  /** Parameters of `public/auth` that prove the secret without sending it. */
  proof(scope: string | undefined, at: Micros): Parameters {
    const timestamp = Math.floor(at / 1000)
    const nonce = this.#nonce()
    return [
      ['grant_type', 'client_signature'],
      ['client_id', this.#id],
      ['timestamp', timestamp],
      ['nonce', nonce],
      ['data', ''],
      ['signature', this.signature(`${timestamp}\n${nonce}\n`)],
      ['scope', scope],
    ]
  }

  /** A request for a token that other connections may use too. */
  authentication(call: VenueCall, scope: string | undefined, at: Micros): VenueRequest {
    const body = rpc(1, 'public/auth', this.proof(scope, at))
    const headers = { 'content-type': 'application/json' }
    return { call, method: 'POST', path: API, headers, body, weight: 1, orders: 0, clientOrderId: '', instrument: -1 }
  }

  #nonce(): string {
    return toHex(this.#cryptography.random(NONCE_BYTES))
  }
}

/** The text that is signed for a call over HTTP. @param uri path with its query */
export const requestText = (ts: number, nonce: string, method: string, uri: string, body: string): string =>
  `${ts}\n${nonce}\n${method}\n${uri}\n${body}\n`

const TIMES_IN_FORCE = { gtc: 'good_til_cancelled', ioc: 'immediate_or_cancel', fok: 'fill_or_kill' } as const

/** The method and the parameters of a new order. Post-only orders are refused rather than moved behind the book. */
export function orderCall(
  instruments: InstrumentTable,
  order: OrderRequest,
  clientOrderId: string,
  at: Micros,
): readonly [method: string, parameters: Parameters] {
  const instrument = instruments.at(order.instrument)
  assertSayable(spotRefusal(instrument, order))
  const { symbol, price, quantity } = instrument
  const isLimit = order.type === 'limit'
  const postOnly = isLimit && order.postOnly
  return [
    order.side === BUY ? 'private/buy' : 'private/sell',
    [
      ['instrument_name', symbol],
      ['amount', new Decimal(formatOnGrid(order.quantity, quantity))],
      ['type', order.type],
      ['price', isLimit ? new Decimal(formatOnGrid(order.price!, price)) : undefined],
      ['label', clientOrderId],
      ['time_in_force', isLimit ? TIMES_IN_FORCE[order.timeInForce] : undefined],
      // The documents contradict themselves about the default, so it is always said.
      ['post_only', postOnly],
      ['reject_post_only', postOnly ? true : undefined],
      ['reduce_only', order.reduceOnly],
      ['valid_until', Math.floor(at / 1000) + ORDER_LIFE_MS],
    ],
  ]
}
