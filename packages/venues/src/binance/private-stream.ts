import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { addAmounts } from '../amounts.ts'
import type { CashFlow } from '../cash-flow.ts'
import type { PrivateMessage, PrivateStream, VenueRequest } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import type { Dialect } from './frame-fields.ts'
import { readExecution } from './order-reports.ts'
import type { BinanceSigner } from './order-requests.ts'
import { readAnswer, readSocketAnswer } from './socket-answers.ts'

/** Reasons of an ACCOUNT_UPDATE by which money comes or goes. Those of margin move it within the account. */
const FLOWS: ReadonlyMap<string, CashFlow['kind']> = new Map([
  ['FUNDING_FEE', 'funding'],
  ['DEPOSIT', 'deposit'],
  ['ADMIN_DEPOSIT', 'deposit'],
  ['WITHDRAW_REJECT', 'deposit'],
  ['WITHDRAW', 'withdrawal'],
  ['ADMIN_WITHDRAW', 'withdrawal'],
  ['ASSET_TRANSFER', 'transfer'],
  ['COIN_SWAP_DEPOSIT', 'transfer'],
  ['COIN_SWAP_WITHDRAW', 'transfer'],
])
/** The request by which spot subscribes to the account's events on the WebSocket API. */
const SUBSCRIBE_ID = 'account'
const SILENCE = { spot: 60_000_000, usdm: 600_000_000 } as const
/** A listen key lives an hour; it is extended twice in it. */
const RENEW_EVERY = (30 * 60_000_000) as Micros

/**
 * The account's events. Spot subscribes by a signed request on the WebSocket API (user-data-stream.md; listen keys are
 * gone since 2026-02-20); USD-M opens a socket whose address carries a listen key.
 */
export class BinancePrivateStream implements PrivateStream {
  readonly renewal: PrivateStream['renewal']
  readonly silence: Micros
  readonly #dialect: Dialect
  readonly #venue: string
  readonly #instruments: InstrumentTable
  readonly #signer: BinanceSigner

  constructor(dialect: Dialect, venue: string, instruments: InstrumentTable, signer: BinanceSigner) {
    this.#dialect = dialect
    this.#venue = venue
    this.#instruments = instruments
    this.#signer = signer
    this.silence = SILENCE[dialect] as Micros
    this.renewal = dialect === 'spot' ? undefined : { every: RENEW_EVERY, request: () => this.#listenKey('PUT') }
  }

  token(): VenueRequest | undefined {
    return this.#dialect === 'spot' ? undefined : this.#listenKey('POST')
  }

  path(token: string): string {
    if (this.#dialect === 'spot') return '/ws-api/v3'
    return `/private/ws?listenKey=${encodeURIComponent(Fields.of(token)?.optional('listenKey') ?? '')}`
  }

  hello(_token: string, at: Micros): readonly string[] {
    if (this.#dialect !== 'spot') return []
    const params = this.#signer.socketParameters([], at)
    return [JSON.stringify({ id: SUBSCRIBE_ID, method: 'userDataStream.subscribe.signature', params })]
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const messages = frame.has('status') ? [this.#answer(frame)] : this.#event(frame)
    return frame.fault === '' ? messages : [{ kind: 'damaged', words: frame.fault }]
  }

  #listenKey(method: 'POST' | 'PUT'): VenueRequest {
    return this.#signer.keyed({ call: 'stream_token', method, path: '/fapi/v1/listenKey', parameters: [], weight: 1 })
  }

  /** An answer of the WebSocket API: to our subscription, or to an order command. Without an id it is about the socket. */
  #answer(frame: Fields): PrivateMessage {
    const isOfSocket = frame.optional('id') === undefined
    if (!isOfSocket && frame.text('id') !== SUBSCRIBE_ID)
      return readSocketAnswer(this.#dialect, this.#instruments, this.#venue, frame)
    const { outcome, code, words } = readAnswer(this.#dialect, frame).result
    return outcome === 'ack' && !isOfSocket ? { kind: 'ready' } : { kind: 'refused', code, words }
  }

  #event(frame: Fields): readonly PrivateMessage[] {
    const event = frame.has('event') ? frame.object('event') : frame
    switch (event.text('e')) {
      case 'executionReport':
        return this.#report(event)
      case 'ORDER_TRADE_UPDATE':
        return this.#report(event.object('o'))
      case 'outboundAccountPosition':
        return event.list('B').map(row => {
          const free = row.amount('f')
          return { kind: 'balance', balance: { asset: row.text('a'), total: addAmounts(free, row.amount('l')), free } }
        })
      case 'balanceUpdate':
        return cashFlow('transfer', event, 'd', event.text('T'), (event.int('T') * 1000) as Micros)
      case 'ACCOUNT_UPDATE':
        return this.#account(event.object('a'), (event.int('T') * 1000) as Micros)
      case 'eventStreamTerminated':
      case 'listenKeyExpired':
      case 'serverShutdown':
        return [{ kind: 'expired' }]
      default:
        return [{ kind: 'ignored' }]
    }
  }

  #report(fields: Fields): readonly PrivateMessage[] {
    const report = readExecution(fields, this.#instruments, this.#venue)
    return [report === undefined ? { kind: 'ignored' } : { kind: 'report', report }]
  }

  #account(update: Fields, at: Micros): readonly PrivateMessage[] {
    const reason = update.text('m')
    const kind = FLOWS.get(reason)
    const positions = update.has('P') ? update.list('P') : []
    const messages: PrivateMessage[] = []
    for (const row of update.list('B')) {
      const asset = row.text('a')
      messages.push({ kind: 'balance', balance: { asset, total: row.amount('wb'), free: row.amount('cw') } })
      if (kind === undefined) continue
      // No id is told: what was paid when, and what it left, is told of no other payment.
      const paidFor = positions.length === 1 ? this.#instruments.find(this.#venue, positions[0]!.text('s')) : undefined
      messages.push(...cashFlow(kind, row, 'bc', `${reason} ${at / 1000} ${row.text('wb')}`, at, paidFor?.index))
    }
    for (const row of positions) {
      const instrument = this.#instruments.find(this.#venue, row.text('s'))
      if (instrument === undefined) continue
      const lots = row.steps('pa', instrument.quantity)
      const told = { entryPrice: row.text('ep'), unrealised: row.optional('up') ?? '' }
      messages.push({ kind: 'position', position: { instrument: instrument.index, lots, ...told } })
    }
    return messages
  }
}

/** A flow of the asset in `a` by what `key` says; none when that is nothing. */
function cashFlow(
  kind: CashFlow['kind'],
  row: Fields,
  key: 'd' | 'bc',
  id: string,
  at: Micros,
  instrument?: number,
): readonly PrivateMessage[] {
  const amount = row.amount(key)
  if (amount.units === 0n) return [{ kind: 'ignored' }]
  const paidFor = kind === 'funding' && instrument !== undefined ? { instrument } : {}
  return [
    { kind: 'cash_flow', flow: { kind, asset: row.text('a'), amount, id: `${id} ${row.text(key)}`, at, ...paidFor } },
  ]
}
