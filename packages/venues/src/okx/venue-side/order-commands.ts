import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Asked } from './asked.ts'
import type { OrderRates, RateKind } from './order-rates.ts'
import type { CommandRow, TradeCalls } from './trade-calls.ts'
import { type Failure, failure } from './venue-failures.ts'

const BATCH_MAX = 20

/** The outcome of a command: code 0 when all went through, 1 when none did, 2 when some did. */
export interface CommandOutcome {
  readonly status: number
  readonly code: string
  readonly msg: string
  readonly data: readonly CommandRow[]
}

/** Finds the instrument that an order names: by name over REST, by number over a socket. */
export type FindInstrument = (asked: Asked) => Instrument | undefined

/** What commands are carried out with. */
export interface CommandParts {
  readonly calls: TradeCalls
  readonly rates: OrderRates
  /** Milliseconds. */
  now(): number
}

/** Carries out a command of one order or of a batch. */
export function runCommand(
  { calls, rates, now }: CommandParts,
  kind: RateKind,
  key: ClientKey,
  orders: readonly Asked[],
  isBatch: boolean,
  find: FindInstrument,
): CommandOutcome | Failure {
  if (orders.length === 0) return failure('50014', 'Parameter args cannot be empty', 400)
  if (orders.length > (isBatch ? BATCH_MAX : 1))
    return failure('51000', `At most ${isBatch ? BATCH_MAX : 1} orders at once`)
  const rows: CommandRow[] = []
  for (const asked of orders) {
    const instrument = find(asked)
    const over =
      instrument === undefined ? undefined : rates.charge(kind, isBatch, key.account, instrument.symbol, now())
    if (over !== undefined && !isBatch) return over
    if (instrument === undefined) rows.push(refused(asked, NO_INSTRUMENT, now()))
    else rows.push(over === undefined ? calls[kind](key, asked, instrument) : refused(asked, over, now()))
  }
  const faults = rows.filter(({ sCode }) => sCode !== '0').length
  if (faults === 0) return { status: 200, code: '0', msg: '', data: rows }
  if (faults === rows.length) return { status: 200, code: '1', msg: 'All operations failed', data: rows }
  return { status: 200, code: '2', msg: 'Bulk operation partially succeeded.', data: rows }
}

const NO_INSTRUMENT = failure('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")

const refused = (asked: Asked, { code, msg }: Failure, now: number): CommandRow => ({
  ...{ clOrdId: asked.get('clOrdId') ?? '', ordId: asked.get('ordId') ?? '', tag: asked.get('tag') ?? '' },
  ...{ ts: String(now), sCode: code, sMsg: msg, subCode: '' },
})
