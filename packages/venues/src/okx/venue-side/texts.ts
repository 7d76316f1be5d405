import type { Exchange } from '@velocimex/core/exchange/exchange'
import { formatScaled, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { plainSteps } from '../order-requests.ts'

/** Digits behind those of the grid that an average price is told with. */
const AVERAGE_DIGITS = 6

/** An amount without trailing zeros, as the venue writes all numbers. */
export const amountText = (units: bigint, decimals: number): string => shortDecimal(formatScaled(units, decimals))

/** Ticks as decimal text. */
export const priceText = ({ price }: Instrument, ticks: number): string => plainSteps(ticks, price)

/** Lots as decimal text. */
export const lotsText = ({ quantity }: Instrument, lots: number): string => plainSteps(lots, quantity)

/** Microseconds as the venue's milliseconds. */
export const msText = (at: number): string => String(Math.floor(at / 1000))

/** The price at which lots are worth a value; empty for none. */
export function averageText({ contract, price }: Instrument, lots: number, value: bigint): string {
  if (lots === 0 || value === 0n) return ''
  const scale = 10n ** BigInt(AVERAGE_DIGITS)
  const ticks =
    contract.kind === 'linear'
      ? (value * scale) / (BigInt(lots) * contract.minorPerTickLot)
      : (BigInt(lots) * contract.minorTicksPerLot * scale) / value
  return amountText(ticks * BigInt(price.step), price.decimals + AVERAGE_DIGITS)
}

/** What one contract is worth, in base coin or in quote money; empty on spot. */
export function contractText({ contract, price, quantity, settle, kind }: Instrument): string {
  if (kind === 'spot') return ''
  const [tick, lot] = [BigInt(price.step), BigInt(quantity.step)]
  const spare = settle.decimals - quantity.decimals
  return contract.kind === 'linear'
    ? amountText(contract.minorPerTickLot / (tick * lot), spare - price.decimals)
    : amountText((contract.minorTicksPerLot * tick) / lot, spare + price.decimals)
}

/** Booked decimals of an asset of an exchange. */
export function decimalsOf({ instruments }: Exchange, code: string): number {
  const all = instruments.all.flatMap(({ base, quote, settle }) => [settle, quote, base])
  return all.find(each => each.code === code)?.decimals ?? 8
}
