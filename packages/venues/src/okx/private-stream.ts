import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Amount } from '../amount.ts'
import { subtractAmounts } from '../amounts.ts'
import type { CashFlow } from '../cash-flow.ts'
import type { CommandResult, PrivateMessage, PrivateStream } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { readBalance, readPosition } from './account-answers.ts'
import { failureOf } from './order-errors.ts'
import { readOrderPush } from './order-reports.ts'
import type { OkxSigner } from './signing.ts'

/** The venue closes a socket on which nothing was sent for 30 seconds, and answers a text `ping` with `pong`. */
const PING_EVERY = 15_000_000 as Micros
const SILENCE = 35_000_000 as Micros
/** Currencies whose cash is remembered; more than the venue lists. */
const CURRENCIES_MAX = 5000

/** Reasons by which money comes or goes without an order. */
const FLOWS: ReadonlyMap<string, CashFlow['kind']> = new Map([
  ['funding_fee', 'funding'],
  ['transferred', 'transfer'],
])
const AT_ONCE = '{"updateInterval":"0"}'
const CHANNELS = [
  { channel: 'orders', instType: 'ANY' },
  { channel: 'account', extraParams: AT_ONCE },
  { channel: 'positions', instType: 'ANY', extraParams: AT_ONCE },
  { channel: 'balance_and_position' },
]

/**
 * The account's events: log in, then subscribe to orders, account, positions, and the channel that tells why a balance
 * moved. Subscriptions are sent when the log-in is answered: before it they are refused.
 */
export class OkxPrivateStream implements PrivateStream {
  readonly silence = SILENCE
  readonly renewal = { every: PING_EVERY, frames: (): readonly string[] => ['ping'] }
  readonly #instruments: InstrumentTable
  readonly #signer: OkxSigner
  readonly #subscribed = new Set<string>()
  /** Cash by currency as `balance_and_position` told it: a payment of funding is told only by the sum it leaves. */
  readonly #cash = new Map<string, Amount>()

  constructor(instruments: InstrumentTable, signer: OkxSigner) {
    this.#instruments = instruments
    this.#signer = signer
  }

  token(): undefined {
    return undefined
  }

  path(): string {
    return '/ws/v5/private'
  }

  hello(_token: string, at: Micros): readonly string[] {
    this.#subscribed.clear()
    this.#cash.clear()
    return [this.#signer.login(at)]
  }

  read(text: string): readonly PrivateMessage[] {
    if (text === 'pong') return [{ kind: 'heartbeat' }]
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const messages = frame.has('event') ? this.#event(frame) : frame.has('op') ? this.#answer(frame) : this.#push(frame)
    return frame.fault === '' ? messages : [{ kind: 'damaged', words: frame.fault }]
  }

  #event(frame: Fields): readonly PrivateMessage[] {
    switch (frame.text('event')) {
      case 'login': {
        const code = frame.text('code')
        if (code !== '0') return [{ kind: 'refused', code, words: frame.optional('msg') ?? '' }]
        return [{ kind: 'send', frames: [JSON.stringify({ op: 'subscribe', args: CHANNELS })] }]
      }
      case 'subscribe':
        this.#subscribed.add(frame.object('arg').text('channel'))
        return [{ kind: this.#subscribed.size === CHANNELS.length ? 'ready' : 'ignored' }]
      case 'error':
        return [{ kind: 'refused', code: frame.text('code'), words: frame.optional('msg') ?? '' }]
      case 'channel-conn-count-error':
        return [{ kind: 'refused', code: frame.text('event'), words: `too many sockets for ${frame.text('channel')}` }]
      case 'notice':
        return [{ kind: frame.text('code') === '64008' ? 'expired' : 'ignored' }]
      default:
        return [{ kind: 'ignored' }]
    }
  }

  /** The answer to an order, a cancel or an amendment that was sent over this socket. */
  #answer(frame: Fields): readonly PrivateMessage[] {
    const requestId = frame.text('id')
    const row = frame.list('data')[0]
    const own = row?.optional('sCode') ?? ''
    if (frame.text('code') === '0' && own === '0') return [{ kind: 'answer', requestId, result: ACKNOWLEDGED }]
    const isOwn = own !== '' && own !== '0'
    const code = isOwn ? own : frame.text('code')
    const words = (isOwn ? row?.optional('sMsg') : frame.optional('msg')) ?? ''
    const result: CommandResult = { ...failureOf(code, words, 200), reports: [] }
    return [{ kind: 'answer', requestId, result }]
  }

  #push(frame: Fields): readonly PrivateMessage[] {
    const channel = frame.object('arg').text('channel')
    switch (channel) {
      case 'orders':
        return told(
          frame
            .list('data')
            .flatMap(row => readOrderPush(row, this.#instruments))
            .map(report => ({ kind: 'report', report })),
        )
      case 'account':
        return told(
          frame
            .list('data')
            .flatMap(row => row.list('details'))
            .map(row => ({ kind: 'balance', balance: readBalance(row) })),
        )
      case 'positions':
        return told(
          frame.list('data').flatMap(row => {
            const position = readPosition(row, this.#instruments)
            return position === undefined ? [] : [{ kind: 'position', position }]
          }),
        )
      case 'balance_and_position':
        return told(frame.list('data').flatMap(row => this.#movement(row)))
      default:
        return [{ kind: 'ignored' }]
    }
  }

  /**
   * Why balances moved. Only funding and transfers are told from here, by what they leave: what else it says, other channels
   * say better. Deposits and withdrawals go through another account of the owner, and are transfers here.
   */
  #movement(row: Fields): PrivateMessage[] {
    const kind = FLOWS.get(row.text('eventType'))
    const at = (row.int('pTime') * 1000) as Micros
    return row.list('balData').flatMap(each => {
      const asset = each.text('ccy')
      const now = each.amount('cashBal')
      const before = this.#cash.get(asset)
      if (before !== undefined || this.#cash.size < CURRENCIES_MAX) this.#cash.set(asset, now)
      if (kind === undefined || before === undefined) return []
      const amount = subtractAmounts(now, before)
      const id = `${row.text('pTime')} ${each.text('cashBal')}`
      return amount.units === 0n ? [] : [{ kind: 'cash_flow', flow: { kind, asset, amount, id, at } }]
    })
  }
}

const ACKNOWLEDGED: CommandResult = { outcome: 'ack', advice: 'none', code: '', words: '', reports: [] }

const told = (messages: readonly PrivateMessage[]): readonly PrivateMessage[] =>
  messages.length === 0 ? [{ kind: 'ignored' }] : messages
