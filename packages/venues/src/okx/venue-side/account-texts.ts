import type { Exchange } from '@velocimex/core/exchange/exchange'
import { marginEquity, requiredMargin } from '@velocimex/core/exchange/exchange-checks'
import { formatScaled, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { INST_TYPES } from '../order-requests.ts'
import { amountText, averageText, decimalsOf, lotsText, priceText } from './texts.ts'

/** Rows of `details`: what an account has of each asset, or of some. Assets of which there is nothing are left out unless named. */
export function balanceRows(exchange: Exchange, account: number, now: number, assets?: readonly string[]) {
  const all = [...exchange.account(account).balances]
  const chosen = all.filter(([code, { total }]) => (assets === undefined ? total !== 0n : assets.includes(code)))
  return chosen.map(([ccy, { total, locked }]) => {
    const decimals = decimalsOf(exchange, ccy)
    const text = (units: bigint): string => amountText(units, decimals)
    const equity = marginEquity(exchange, account, ccy)
    const margin = marginOf(exchange, account, ccy)
    const free = equity - locked - margin
    const available = text(free > 0n ? free : 0n)
    return {
      ...{ ccy, eq: text(equity), cashBal: text(total), uTime: String(now), isoEq: '0', availEq: available },
      ...{ disEq: text(equity), fixedBal: '0', availBal: available, frozenBal: text(locked + margin) },
      ...{ ordFrozen: text(locked), liab: '', upl: text(equity - total), uplLiab: '', crossLiab: '', isoLiab: '' },
      ...{ rewardBal: '0', mgnRatio: '', imr: text(margin), mmr: text(margin / 2n), interest: '', twap: '0' },
      ...{ maxLoan: '', eqUsd: text(equity), borrowFroz: '', notionalLever: '0', stgyEq: '0', isoUpl: '0' },
      ...{ spotInUseAmt: '', spotIsoBal: '0', spotBal: '', openAvgPx: '', accAvgPx: '', spotUpl: '', totalPnl: '' },
    }
  })
}

/** The answer of `account/balance`, and the data of the channel `account`. */
export const balanceText = (exchange: Exchange, account: number, now: number, assets?: readonly string[]) => ({
  ...{ uTime: String(now), totalEq: '', isoEq: '0', adjEq: '', ordFroz: '', imr: '', mmr: '', borrowFroz: '' },
  ...{ notionalUsd: '', mgnRatio: '', upl: '', details: balanceRows(exchange, account, now, assets) },
})

/** Rows of `account/positions`. @param instruments those that are told even when flat; all that are not flat otherwise */
export function positionRows(exchange: Exchange, account: number, now: number, instruments?: readonly number[]) {
  const owner = exchange.account(account)
  return [...owner.positions].flatMap(([index, { lots, cost, realised }]) => {
    if (instruments === undefined ? lots === 0 : !instruments.includes(index)) return []
    const instrument = exchange.instruments.at(index)
    const mark = exchange.mark(index)
    const margin = requiredMargin(exchange, account, [], index)
    const text = (units: bigint): string => amountText(units, instrument.settle.decimals)
    const open = text(owner.unrealised(instrument, mark))
    const average = averageText(instrument, Math.abs(lots), cost)
    return [
      {
        ...{
          instType: INST_TYPES[instrument.kind],
          mgnMode: 'cross',
          posId: `3071730360510177${index}`,
          posSide: 'net',
        },
        ...{ instId: instrument.symbol, pos: lotsText(instrument, lots), availPos: '', ccy: instrument.settle.code },
        ...{ posCcy: '', avgPx: average, markPx: priceText(instrument, mark), last: priceText(instrument, mark) },
        ...{ upl: open, uplRatio: '', uplLastPx: open, lever: leverOf(exchange, account, instrument), liqPx: '' },
        ...{ imr: text(margin), mmr: text(margin / 2n), margin: '', mgnRatio: '', interest: '', liab: '', adl: '1' },
        ...{ notionalUsd: text(cost), bePx: average, tradeId: '', realizedPnl: text(realised), pnl: text(realised) },
        ...{ fee: '', fundingFee: '', liqPenalty: '0', cTime: String(now), uTime: String(now), idxPx: '' },
      },
    ]
  })
}

/** Leverage of an instrument as a text. */
export const leverOf = (exchange: Exchange, account: number, { index }: Instrument): string =>
  String(exchange.account(account).leverage.get(index) ?? exchange.terms.defaultLeverage)

/** A row of `account/trade-fee`: what is paid is negative; contracts settled in dollars stand apart. */
export function feeRow({ kind, fees, settle }: Instrument, now: number) {
  const text = (rate: number): string => shortDecimal(formatScaled(BigInt(-rate), 8))
  const inDollars = kind !== 'spot' && settle.code === 'USDT'
  const [maker, taker] = [text(fees.maker), text(fees.taker)]
  return {
    ...{
      category: '1',
      delivery: '',
      exercise: '',
      instType: INST_TYPES[kind],
      level: 'Lv1',
      ts: String(now),
      fiat: [],
    },
    ...{ maker: inDollars ? '' : maker, taker: inDollars ? '' : taker, makerU: inDollars ? maker : '' },
    ...{ takerU: inDollars ? taker : '', makerUSDC: '', takerUSDC: '', feeGroup: [{ groupId: '1', maker, taker }] },
  }
}

/** Initial margin of all instruments that settle in an asset, booked units. */
function marginOf(exchange: Exchange, account: number, ccy: string): bigint {
  return exchange.instruments.all
    .filter(({ settle, kind }) => settle.code === ccy && kind !== 'spot')
    .reduce((sum, { index }) => sum + requiredMargin(exchange, account, exchange.openOrders(account, index), index), 0n)
}
