import type { ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A number as a text of 16 digits in the manner of the venue's ids, `O00000-00XZ4-KG0001`. @param kind its first letter */
function idText(kind: string, value: number): string {
  let text = ''
  for (let rest = value; text.length < 16; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32]! + text
  return `${kind}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`
}

/** The venue's text of an order's number. */
export const orderText = (id: number): string => idText('O', id)

/** The text of an execution: both sides of a trade have one. */
export const tradeText = (tradeId: number, isBuyer: boolean): string => idText('T', tradeId * 2 + (isBuyer ? 1 : 0))

/** The number of an order by its text; -1 when it is none. */
export function orderNumber(text: string): number {
  const parts = /^O([0-9A-Z]{5})-([0-9A-Z]{5})-([0-9A-Z]{6})$/.exec(text)
  if (parts === null) return -1
  let value = 0
  for (const digit of parts.slice(1).join('')) value = value * 32 + DIGITS.indexOf(digit)
  return Number.isSafeInteger(value) ? value : -1
}

/** Ticks as decimal text. */
export const priceText = ({ price }: Instrument, ticks: number): string => formatOnGrid(ticks, price)
/** Lots as decimal text. */
export const lotsText = ({ quantity }: Instrument, lots: number): string => formatOnGrid(lots, quantity)
/** Booked units of an asset as decimal text with at most ten decimals. */
export function unitsText(units: bigint, decimals: number): string {
  const text = formatScaled(units, decimals)
  return decimals <= 10 ? text : text.slice(0, text.length - (decimals - 10))
}

/** Microseconds as seconds with four decimals, a JSON number. */
export const secondsOf = (at: number): number => Math.floor(at / 100) / 10_000

/** How long an order may rest, in the venue's word. */
export const forceWord = ({ timeInForce, expiresAt }: ExchangeOrder): string =>
  expiresAt === undefined ? timeInForce.toUpperCase() : 'GTD'
