import { parseOnGrid } from '../market/grid.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Asset } from '../market/money.ts'
import type { Scope } from './limit-scope.ts'
import { LIMIT_UNITS, type LimitKind, limitFault, type ScopedLimit } from './scoped-limit.ts'

/** A limit as a person writes it. */
export interface LimitText {
  readonly name: string
  readonly kind: string
  /** The venue's own symbol; with `venue` when several venues have it. */
  readonly symbol?: string
  readonly venue?: string
  readonly strategy?: string
  readonly account?: string
  /**
   * By kind: a quantity (`0.5`), an amount of the currency (`25000`), a share (`5%`, or `500` bps), a multiple (`3x`), a
   * number of orders (`20`), orders in a time (`10/1s`, `300/1m`, `5/100ms`).
   */
  readonly value: string
}

const WINDOWS: Readonly<Record<string, number>> = { ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 }

/** Reads a limit, or says in words what is wrong with it and how it would be right. */
export function readLimit(text: LimitText, instruments: InstrumentTable, currency: Asset): ScopedLimit | string {
  const { name, kind } = text
  const fault = (words: string): string => `limit ${name}: ${words}`
  if (!isKind(kind)) return fault(`kind: ${kind} is not one of ${Object.keys(LIMIT_UNITS).join(', ')}`)
  const scope = readScope(text, instruments)
  if (typeof scope === 'string') return fault(scope)
  const value = readValue(text.value.trim(), kind, scope, instruments, currency)
  if (typeof value === 'string') return fault(`value: ${value}`)
  const limit = { name, kind, scope, ...value }
  const wrong = limitFault(limit, instruments)
  return wrong === undefined ? limit : fault(wrong)
}

const isKind = (kind: string): kind is LimitKind => Object.hasOwn(LIMIT_UNITS, kind)

function readScope({ symbol, venue, strategy, account }: LimitText, instruments: InstrumentTable): Scope | string {
  const who = { ...(strategy === undefined ? {} : { strategy }), ...(account === undefined ? {} : { account }) }
  const venues = [...new Set(instruments.all.map(one => one.venue))]
  if (venue !== undefined && !venues.includes(venue)) return `venue: ${venue} is not one of ${venues.join(', ')}`
  if (symbol === undefined) return venue === undefined ? who : { venue, ...who }
  const found = instruments.all.filter(one => one.symbol === symbol && (venue === undefined || one.venue === venue))
  if (found.length === 0) return `symbol: no instrument is called ${symbol}`
  if (found.length > 1) return `symbol: ${symbol} is traded on ${found.map(one => one.venue).join(' and ')}; give venue`
  return { instrument: found[0]!.index, ...who }
}

type Value = Pick<ScopedLimit, 'value' | 'window'>

function readValue(
  text: string,
  kind: LimitKind,
  scope: Scope,
  instruments: InstrumentTable,
  currency: Asset,
): Value | string {
  if (kind === 'order_rate') return readRate(text)
  switch (LIMIT_UNITS[kind]) {
    case 'lots': {
      if (scope.instrument === undefined) return 'a quantity means something else for each instrument; give symbol'
      const instrument = instruments.at(scope.instrument)
      const parsed = parseOnGrid(text, instrument.quantity)
      if (parsed.ok && parsed.value >= 0) return { value: BigInt(parsed.value) }
      const why = parsed.ok ? 'negative' : parsed.reason.replace('_', ' ')
      return `${text} is not a quantity of ${instrument.symbol} (${why})`
    }
    case 'minor': {
      const parsed = /^(\d{1,30})(?:\.(\d+))?$/.exec(text)
      const [, whole, fraction = ''] = parsed ?? []
      if (whole === undefined) return `${text} is not an amount of ${currency.code}`
      if (fraction.length > currency.decimals) return `${text} has more than ${currency.decimals} decimals`
      return { value: BigInt(whole + fraction.padEnd(currency.decimals, '0')) }
    }
    case 'bps':
      return readShare(text)
    case 'orders':
      return /^\d{1,15}$/.test(text) ? { value: BigInt(text) } : `${text} is not a number of orders`
  }
}

function readRate(text: string): Value | string {
  const [, count, length, unit] = /^(\d{1,6})\/(\d{1,6})(ms|s|m|h)$/.exec(text) ?? []
  if (unit === undefined) return `${text} is not a rate such as 10/1s, 300/1m or 5/100ms`
  return { value: BigInt(count!), window: Number(length) * WINDOWS[unit]! }
}

/** `5%` and `0.25%` are shares of a hundred, `3x` and `1.5x` multiples, plain numbers bps; all exact. */
function readShare(text: string): Value | string {
  const [, whole, fraction = '', unit] = /^(\d{1,9})(?:\.(\d{1,4}))?(%|x|)$/.exec(text) ?? []
  const wrong = `${text} is not a share such as 5%, 3x or 500 (bps)`
  if (whole === undefined) return wrong
  const digits = unit === '%' ? 2 : unit === 'x' ? 4 : 0
  if (fraction.length > digits) return wrong
  return { value: BigInt(whole + fraction.padEnd(digits, '0')) }
}
