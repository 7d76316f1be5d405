import type { Instrument } from '@velocimex/core/market/instrument'
import { parseInstant } from '../../wire/instant-text.ts'
import { familyOf, INST_TYPES } from '../order-requests.ts'
import { contractText, lotsText, priceText } from './texts.ts'

/** Numbers of instruments on sockets begin here. */
const FIRST_CODE = 10_001
const LISTED_AT = '1611916828000'

/** The number by which orders over a socket name an instrument. */
export const codeOf = ({ index }: Instrument): number => FIRST_CODE + index

/** The instrument of such a number. */
export const indexOfCode = (code: string): number => (/^\d{1,9}$/.test(code) ? Number(code) - FIRST_CODE : -1)

/** Contracts of a day end at eight in the morning. */
function expiryOf(day: string | undefined): string {
  if (day === undefined || !/^\d{6}$/.test(day)) return ''
  const at = parseInstant(`20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4)}T08:00:00Z`)
  return at === undefined ? '' : String(at.micros / 1000)
}

/** A row of `public/instruments`. */
export function instrumentRow(instrument: Instrument, isOpen: boolean): Record<string, unknown> {
  const { symbol, kind, base, quote, settle, bounds, contract } = instrument
  const isSpot = kind === 'spot'
  const [, , third, strike, side] = symbol.split('-')
  const most = lotsText(instrument, bounds.quantityMax ?? 1_000_000_000)
  const family = isSpot ? '' : familyOf(instrument)
  const inverse = contract.kind === 'inverse'
  return {
    ...{ alias: '', auctionEndTime: '', category: '1', instType: INST_TYPES[kind], instId: symbol, instFamily: family },
    ...{ baseCcy: isSpot ? base.code : '', quoteCcy: isSpot ? quote.code : '', settleCcy: isSpot ? '' : settle.code },
    ...{ ctType: isSpot || kind === 'option' ? '' : inverse ? 'inverse' : 'linear', ctVal: contractText(instrument) },
    ...{ ctMult: isSpot ? '' : '1', ctValCcy: isSpot ? '' : inverse ? quote.code : base.code },
    ...{ expTime: isSpot || third === 'SWAP' ? '' : expiryOf(third), instIdCode: codeOf(instrument), uly: family },
    ...{ lever: isSpot ? '' : '100', listTime: LISTED_AT, stk: kind === 'option' ? (strike ?? '') : '', groupId: '1' },
    ...{
      tickSz: priceText(instrument, 1),
      lotSz: lotsText(instrument, 1),
      optType: kind === 'option' ? (side ?? '') : '',
    },
    ...{ minSz: lotsText(instrument, bounds.quantityMin ?? 1), maxLmtSz: most, maxLmtAmt: '20000000', maxMktAmt: '' },
    ...{ maxMktSz: bounds.marketQuantityMax === undefined ? most : lotsText(instrument, bounds.marketQuantityMax) },
    ...{ maxTwapSz: most, maxIcebergSz: most, maxTriggerSz: most, maxStopSz: most, openType: '', ruleType: 'normal' },
    ...{ state: isOpen ? 'live' : 'suspend', tradeQuoteCcyList: isSpot ? [quote.code] : [], futureSettlement: false },
  }
}

/** The next instant at which funding is paid: every eight hours. @param now milliseconds */
export const nextFunding = (now: number): number => (Math.floor(now / FUNDING_PERIOD) + 1) * FUNDING_PERIOD

/** Length of a funding period in milliseconds. */
export const FUNDING_PERIOD = 28_800_000
/** The rate that is paid, in 1e-12: 0.01 % a period. */
export const FUNDING_RATE = 100_000_000

/** The data of the channel `funding-rate`, and the answer of the call of that name. */
export const fundingRow = ({ symbol }: Instrument, now: number): Record<string, unknown> => ({
  ...{ instType: 'SWAP', instId: symbol, method: 'current_period', formulaType: 'withRate', fundingRate: '0.0001' },
  ...{
    nextFundingRate: '',
    fundingTime: String(nextFunding(now)),
    nextFundingTime: String(nextFunding(now) + FUNDING_PERIOD),
  },
  ...{ minFundingRate: '-0.00375', maxFundingRate: '0.00375', interestRate: '0.0001', impactValue: '20000' },
  ...{ settState: 'settled', settFundingRate: '0.0001', premium: '0', ts: String(now) },
})

/** Rates that were paid, newest first. @param since milliseconds of the venue's start */
export function pastFunding(
  { symbol }: Instrument,
  now: number,
  since: number,
  limit: number,
): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = []
  for (let at = nextFunding(now) - FUNDING_PERIOD; at >= since && rows.length < limit; at -= FUNDING_PERIOD)
    rows.push({
      instType: 'SWAP',
      instId: symbol,
      fundingRate: '0.0001',
      realizedRate: '0.0001',
      fundingTime: String(at),
    })
  return rows
}
