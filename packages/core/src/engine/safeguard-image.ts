import type { OrderView } from '../order/order.ts'
import type { EquityRecord } from '../risk/equity-watch.ts'
import type { Halt } from '../risk/halt-board.ts'
import { STOP_CAUSE } from '../risk/halt-board.ts'
import type { ChangedLimit } from '../risk/limit-book.ts'
import { readStopRecord, type StopRecord, writeStopRecord } from '../risk/stop-record.ts'
import type { Safeguards } from './safeguards.ts'

/** Everything about an account's safeguards that a restart must not forget. */
export interface SafeguardImage {
  readonly account: string
  readonly stop: StopRecord
  readonly halts: readonly Halt[]
  readonly limits: readonly ChangedLimit[]
  /** Breakers that are not closed, with the instant at which they opened. */
  readonly breakers: readonly { readonly name: string; readonly openedAt: number }[]
  readonly equity: EquityRecord | undefined
  /** See `Safeguards.capital`. */
  readonly capital: bigint | undefined
  readonly strategies: readonly { readonly name: string; readonly equity: EquityRecord }[]
}

/** One position as the books attribute it. */
export interface HeldPosition {
  readonly strategy: string
  readonly instrument: number
  readonly netLots: number
}

/** What there is to keep now. */
export function safeguardImage(account: string, safeguards: Safeguards): SafeguardImage {
  const { breakers, halts, limits, standings, stop } = safeguards
  return {
    account,
    stop: stop.record,
    halts: halts.halts.filter(({ cause }) => cause !== STOP_CAUSE),
    limits: limits.changed,
    breakers: breakers
      .states()
      .filter(({ state }) => state !== 'closed')
      .map(({ spec, openedAt }) => ({ name: spec.name, openedAt })),
    equity: standings.watch({ account }).record,
    capital: safeguards.capital,
    strategies: standings.strategies.flatMap(name => {
      const equity = standings.watch({ strategy: name }).record
      return equity === undefined ? [] : [{ name, equity }]
    }),
  }
}

/**
 * Begins a new life of the safeguards with what the last one knew, before the first order. An engaged stop is engaged
 * again in this call.
 * @param orders every order that is not closed @param positions of the books, by strategy where they know it
 * @returns names of limits whose change was dropped, because the configuration is newer
 */
export function resumeSafeguards(
  safeguards: Safeguards,
  image: SafeguardImage,
  orders: Iterable<OrderView>,
  positions: Iterable<HeldPosition>,
): string[] {
  const { account } = image
  for (const { strategy, instrument, netLots } of positions)
    safeguards.exposure.correct(account, strategy, instrument, netLots)
  for (const order of orders) safeguards.exposure.onOrder(account, order)
  const dropped = safeguards.limits.resume(image.limits)
  for (const { scope, cause, reason, since } of image.halts) safeguards.halts.halt(scope, cause, reason, since)
  for (const { name, openedAt } of image.breakers) safeguards.breakers.resume(name, openedAt)
  if (image.equity !== undefined) {
    safeguards.standings.watch({ account }).restore(image.equity)
    safeguards.standings.watch({}).restore(image.equity)
  }
  safeguards.capital = image.capital
  for (const { name, equity } of image.strategies) safeguards.standings.watch({ strategy: name }).restore(equity)
  safeguards.stop.restore(image.stop)
  return dropped
}

/** The image as text; amounts are digits followed by n. */
export const writeSafeguardImage = (image: SafeguardImage): string =>
  JSON.stringify({ ...image, stop: writeStopRecord(image.stop) }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )

/**
 * Reads an image back. Undefined when the text is not one: the caller then engages the emergency stop, because safeguards
 * that cannot be read must not be taken for none.
 */
export function readSafeguardImage(text: string): SafeguardImage | undefined {
  let read: Record<string, unknown>
  try {
    read = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && /^-?\d{1,60}n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    )
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { account, halts, limits, breakers, equity, capital, strategies } = read
  const stop = typeof read['stop'] === 'string' ? readStopRecord(read['stop']) : undefined
  if (typeof account !== 'string' || stop === undefined) return undefined
  if (!isList(halts, isHalt) || !isList(limits, isChange) || !isList(breakers, isOpened)) return undefined
  if (equity !== undefined && !isEquity(equity)) return undefined
  if (capital !== undefined && typeof capital !== 'bigint') return undefined
  if (!isList(strategies, ({ name, equity: own }) => typeof name === 'string' && isEquity(own))) return undefined
  return { account, stop, halts, limits, breakers, equity, capital, strategies } as unknown as SafeguardImage
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const isList = (value: unknown, isItem: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every(item => isFields(item) && isItem(item))

const isHalt = ({ scope, cause, reason, since }: Fields): boolean =>
  isFields(scope) && typeof cause === 'string' && typeof reason === 'string' && Number.isFinite(since)

const isLimit = (limit: unknown): boolean =>
  isFields(limit) &&
  typeof limit['name'] === 'string' &&
  typeof limit['kind'] === 'string' &&
  typeof limit['value'] === 'bigint' &&
  isFields(limit['scope'])

const isChange = ({ configured, now }: Fields): boolean =>
  (configured !== undefined || now !== undefined) &&
  (configured === undefined || isLimit(configured)) &&
  (now === undefined || isLimit(now))

const isOpened = ({ name, openedAt }: Fields): boolean => typeof name === 'string' && Number.isFinite(openedAt)

const isEquity = (equity: unknown): boolean =>
  isFields(equity) &&
  Number.isSafeInteger(equity['day']) &&
  ['equity', 'dayStart', 'dayPeak', 'peak'].every(field => typeof equity[field] === 'bigint')
