import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { Amount } from './amount.ts'
import type { CashFlow } from './cash-flow.ts'
import type { Cryptography } from './cryptography.ts'

/** What the account's owner was given by the venue. */
export interface Credentials {
  readonly apiKey: string
  /** Shared secret as the venue wrote it, or a private key in PEM. */
  readonly secret: string
  readonly passphrase?: string
}

/** A request of the venue's REST interface, signed and ready to be sent. */
export interface VenueRequest {
  /** What is asked, for logs, budgets and `readAnswer`. */
  readonly call: VenueCall
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Another host of the venue than the usual one, `api.binance.com`; absent for the usual one. */
  readonly host?: string
  /** Path with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** What it costs of the address's and of the account's budget, in the venue's units. */
  readonly weight: number
  readonly orders: number
  /** The order it is about; empty for none. */
  readonly clientOrderId: string
  /** Index of the instrument it is about; -1 for none or all. */
  readonly instrument: number
}

/** What a request asks for. */
export type VenueCall =
  | 'place'
  | 'cancel'
  | 'replace'
  | 'cancel_all'
  | 'order'
  | 'open_orders'
  | 'fills'
  | 'balances'
  | 'positions'
  | 'fees'
  | 'permissions'
  | 'dead_man'
  | 'leverage'
  | 'position_mode'
  | 'stream_token'
  | 'time'
  | 'instruments'

/** What came back. Header names in lower case. */
export interface VenueAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What is known about a command after its answer. `not_sent` is never concluded from an answer; what is in no table is
 * `unknown`, keeps its exposure, and is resolved by asking.
 */
export type Outcome = 'ack' | 'definitive_reject' | 'not_sent' | 'unknown'

/** What the sender should do beyond taking the outcome. */
export type Advice = 'none' | 'sync_clock' | 'back_off' | 'banned' | 'halt' | 'query'

/** The answer to a command: its outcome, and what it already says about orders. */
export interface CommandResult {
  readonly outcome: Outcome
  readonly advice: Advice
  /** The venue's code and words; empty for an acknowledgement. */
  readonly code: string
  readonly words: string
  readonly reports: readonly ExecutionReport[]
}

/** The state of an order as a query tells it. */
export interface OrderSnapshot {
  /** Empty when it was not placed with one. */
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly instrument: number
  readonly side: Side
  readonly status: 'open' | 'filled' | 'canceled' | 'rejected' | 'expired'
  /** Absent for market orders. */
  readonly price?: Ticks
  readonly quantity: Lots
  readonly cumulative: Lots
  readonly at: Micros
}

/** What the account owns of an asset. */
export interface Balance {
  readonly asset: string
  readonly total: Amount
  /** Of the total, not bound by orders or margin. */
  readonly free: Amount
}

/** A position in a derivative as the venue sees it. */
export interface VenuePosition {
  readonly instrument: number
  /** Signed lots. */
  readonly lots: number
  /** Average entry in decimal text as sent; empty when flat. */
  readonly entryPrice: string
  /** Open profit in decimal text as sent; empty when not told. */
  readonly unrealised: string
}

/** What a key may do. A key that can withdraw is refused for live trading. */
export interface KeyPermissions {
  readonly canTrade: boolean
  /** Undefined when the venue does not tell. */
  readonly canWithdraw: boolean | undefined
  readonly isBoundToAddress: boolean | undefined
}

/** What a query found, or why it proves nothing. `absent`: an authenticated answer says that there is no such order. */
export type QueryResult<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent'; readonly code: string; readonly words: string }
  | { readonly kind: 'failed'; readonly advice: Advice; readonly code: string; readonly words: string }

/** What the headers of an answer say about the budget; absent fields were not told. */
export interface BudgetReading {
  /** Used of the window named, in the venue's units. */
  readonly used: readonly { readonly window: string; readonly count: number }[]
  /** Milliseconds during which nothing may be sent. */
  readonly retryAfter?: number
}

/** A message of the private stream. */
export type PrivateMessage =
  | { readonly kind: 'ready' }
  /** The log-in or a subscription was refused. */
  | { readonly kind: 'refused'; readonly code: string; readonly words: string }
  /** The session ends or has ended: open another, then audit by queries. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'report'; readonly report: ExecutionReport }
  | { readonly kind: 'balance'; readonly balance: Balance }
  | { readonly kind: 'position'; readonly position: VenuePosition }
  | { readonly kind: 'cash_flow'; readonly flow: CashFlow }
  /** Answer to a command sent over the socket; `budget` where it tells what is left. */
  | {
      readonly kind: 'answer'
      readonly requestId: string
      readonly result: CommandResult
      readonly budget?: BudgetReading
    }
  /** Frames that must be sent now: subscriptions, where the venue takes them only behind an answered log-in. */
  | { readonly kind: 'send'; readonly frames: readonly string[] }
  | { readonly kind: 'heartbeat' }
  /** Well formed and of no interest. */
  | { readonly kind: 'ignored' }
  /** Not understood: counted, sampled, and followed by an audit. */
  | { readonly kind: 'damaged'; readonly words: string }

/** The private stream of one account, as a script for whoever owns the socket. Instants are the venue's. */
export interface PrivateStream {
  /** A request whose answer is needed for the address or the log-in; undefined when none is. */
  token(at: Micros): VenueRequest | undefined
  /** Path and query of the socket on the venue's private address. @param token the body of the token's answer */
  path(token: string): string
  /** Frames to send once the socket is open. */
  hello(token: string, at: Micros): readonly string[]
  /** Keeps the session alive: what to send how often, over REST or the socket; undefined when nothing is needed. */
  readonly renewal:
    | {
        readonly every: Micros
        request?(token: string, at: Micros): VenueRequest
        frames?(at: Micros): readonly string[]
      }
    | undefined
  /** Silence in microseconds after which the stream is doubted and audited; heartbeats count as sound. */
  readonly silence: Micros
  /** Understands one frame. */
  read(text: string): readonly PrivateMessage[]
}

/** Order entry over a socket, where the venue has it: the same commands as frames. */
export interface SocketOrders {
  /** The socket that commands travel on, and their answers come from; absent where it is that of the private stream. */
  readonly session?: PrivateStream
  /** @param requestId returned with the answer; letters and digits, at most 32, never used twice */
  place(command: PlaceCommand, requestId: string, at: Micros): string
  cancel(command: CancelCommand, requestId: string, at: Micros): string
  replace?(command: ReplaceCommand, requestId: string, at: Micros, side: Side): string
}

/** Lists of the venue by which its socket names things otherwise than REST does. */
export interface SocketLessons {
  /** Requests that need no key. */
  requests(): readonly VenueRequest[]
  /** Takes the body of an answer to one of them. */
  learn(body: string): void
}

/**
 * The order side of one venue for one account: commands in, signed requests out; answers in, outcomes out. Pure: it owns
 * no socket, and every instant is an argument (the venue's time, our clock plus the measured offset).
 */
export interface OrderCodec {
  /** Why an order cannot be said in the venue's words, for a person; such an order is not sent. Undefined where it can. */
  refusal(order: OrderRequest): string | undefined
  /** @throws AssertionError where there is a `refusal` */
  place(command: PlaceCommand, at: Micros): VenueRequest
  cancel(command: CancelCommand, at: Micros): VenueRequest
  /** Undefined when the venue cannot amend this way: the caller cancels and places anew. */
  replace(command: ReplaceCommand, side: Side, at: Micros): VenueRequest | undefined
  /** @param instrument index, or -1 for all where the venue can; undefined when it needs one */
  cancelAll(instrument: number, at: Micros): VenueRequest | undefined
  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest
  openOrders(instrument: number, at: Micros): VenueRequest
  /** Executions since an instant, oldest first; the venue's page is as long as it allows. */
  fills(instrument: number, since: Micros, at: Micros): VenueRequest
  /**
   * Requests whose answers, read by `readFills`, together hold the executions of every instrument; absent where the venue
   * tells them by instrument alone. One that comes to `FULL_PAGE` is asked again by instrument.
   */
  allFills?(since: Micros, at: Micros): readonly VenueRequest[]
  balances(at: Micros): VenueRequest
  /** Undefined where there are none (spot). */
  positions(at: Micros): VenueRequest | undefined
  fees(instrument: number, at: Micros): VenueRequest
  /** Undefined where the venue does not tell. */
  permissions(at: Micros): VenueRequest | undefined
  /**
   * Cancels all orders after a silence; 0 switches it off. Undefined where the venue has none. A request about no
   * instrument switches the whole account.
   */
  deadMan(instrument: number, milliseconds: number, at: Micros): VenueRequest | undefined
  leverage(instrument: number, leverage: number, at: Micros): VenueRequest | undefined
  /** One position per instrument (`oneWay`), or long and short apart. */
  positionMode(oneWay: boolean, at: Micros): VenueRequest | undefined

  /** The answer to place, cancel, replace, cancel_all, dead_man, leverage or position_mode. */
  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult
  readOrder(request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot>
  readOpenOrders(request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]>
  readFills(request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]>
  readBalances(request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]>
  readPositions(request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]>
  readFees(request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates>
  readPermissions(request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions>
  readBudget(answer: VenueAnswer): BudgetReading
  /** What an answer that is no success asks of the sender, whatever was asked. */
  adviceOf(answer: VenueAnswer): Advice

  readonly stream: PrivateStream
  /** Undefined also while the venue's own numbers of the instruments are not known, where it asks for them. */
  readonly socket?: SocketOrders | undefined
  /** What must be read before orders can go over the socket; absent where nothing must. */
  readonly lessons?: SocketLessons
}

/** What an order codec is made with. */
export interface OrderCodecOptions {
  readonly instruments: InstrumentTable
  readonly credentials: Credentials
  readonly cryptography: Cryptography
}

/** The order side of a venue. */
export interface OrderVenue {
  /** As `MarketVenue.id`. */
  readonly id: string
  /** Requests must arrive in the order in which they were made, or are refused: they go over one connection. */
  readonly isInOrder?: boolean
  makeOrderCodec(options: OrderCodecOptions): OrderCodec
}
