import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import { subtractAmounts } from '../amounts.ts'
import { bookedFee } from '../booked-fee.ts'
import type { Balance, OrderSnapshot, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { ownOrderId } from './client-id.ts'
import { secondsField } from './instants.ts'
import { assetOfRest, type RestNames } from './rest-names.ts'

/** Rates are written in percent; `FeeRates` counts 1e-8 of the notional, a millionth of a percent. */
const PERCENT = { decimals: 6, step: 1 } as const

const STATUSES: Readonly<Record<string, OrderSnapshot['status']>> = {
  pending: 'open',
  open: 'open',
  closed: 'filled',
  canceled: 'canceled',
  expired: 'expired',
}

/** `buy` or `sell`; a fault for anything else. */
export function sideField(fields: Fields, key: string): Side {
  const side = fields.text(key)
  if (side !== 'buy' && side !== 'sell') fields.blame(key, 'is neither buy nor sell')
  return side === 'sell' ? SELL : BUY
}

/** The orders of OpenOrders, ClosedOrders or QueryOrders, by id; those of other instruments are left out. */
export function readOrders(orders: Fields, names: RestNames): OrderSnapshot[] {
  return orders.keys().flatMap(id => {
    const order = orders.object(id)
    const description = order.object('descr')
    const instrument = names.find(description.text('pair'))
    if (instrument === undefined) return []
    const status = STATUSES[order.text('status')]
    if (status === undefined) order.blame('status', 'is not known')
    const hasPrice = description.text('ordertype').includes('limit') || description.text('ordertype') === 'iceberg'
    return [
      {
        clientOrderId: ownOrderId(order.optional('cl_ord_id') ?? ''),
        venueOrderId: id,
        instrument: instrument.index,
        side: sideField(description, 'type'),
        status: status ?? 'open',
        ...(hasPrice ? { price: description.steps('price', instrument.price) as Ticks } : {}),
        quantity: order.steps('vol', instrument.quantity) as Lots,
        cumulative: order.steps('vol_exec', instrument.quantity) as Lots,
        at: secondsField(order, order.has('closetm') ? 'closetm' : 'opentm'),
      },
    ]
  })
}

/** The trades of TradesHistory, by id, oldest first. Fees are in the quote asset; the client order id is not told. */
export function readTrades(trades: Fields, names: RestNames): Fill[] {
  const fills = trades.keys().flatMap((id): Fill[] => {
    const trade = trades.object(id)
    const instrument = names.find(trade.text('pair'))
    if (instrument === undefined) return []
    return [
      {
        tradeId: id,
        clientOrderId: '',
        venueOrderId: trade.text('ordertxid'),
        instrument: instrument.index,
        side: sideField(trade, 'type'),
        price: trade.steps('price', instrument.price) as Ticks,
        quantity: trade.steps('vol', instrument.quantity) as Lots,
        fee: bookedFee(instrument, instrument.quote.code, trade.amount('fee')),
        feeAsset: instrument.quote.code,
        liquidity: trade.bool('maker') ? 'maker' : 'taker',
        at: secondsField(trade, 'time'),
      },
    ]
  })
  return fills.sort((one, other) => one.at - other.at)
}

/** The assets of BalanceEx (with what open orders hold), or of Balance (total alone). Credit lines are not ours. */
export function readAssets(assets: Fields): Balance[] {
  return assets.keys().map(name => {
    const asset = assetOfRest(name)
    if (assets.optional(name) !== undefined) return { asset, total: assets.amount(name), free: assets.amount(name) }
    const wallet = assets.object(name)
    const total = wallet.amount('balance')
    return {
      asset,
      total,
      free: wallet.has('hold_trade') ? subtractAmounts(total, wallet.amount('hold_trade')) : total,
    }
  })
}

/** The margin positions of OpenPositions, summed by pair; `net` is told only when calculations were asked for. */
export function readMarginPositions(positions: Fields, names: RestNames): VenuePosition[] {
  const sums = new Map<Instrument, { lots: number; cost: bigint; decimals: number; volume: number }>()
  for (const id of positions.keys()) {
    const position = positions.object(id)
    const instrument = names.find(position.text('pair'))
    if (instrument === undefined) continue
    const volume = position.steps('vol', instrument.quantity)
    const open = volume - position.steps('vol_closed', instrument.quantity)
    const cost = position.amount('cost')
    const sum = sums.get(instrument) ?? { lots: 0, cost: 0n, decimals: 0, volume: 0 }
    const decimals = Math.max(sum.decimals, cost.decimals)
    sums.set(instrument, {
      lots: sum.lots + (sideField(position, 'type') === SELL ? -open : open),
      cost: sum.cost * 10n ** BigInt(decimals - sum.decimals) + cost.units * 10n ** BigInt(decimals - cost.decimals),
      decimals,
      volume: sum.volume + volume,
    })
  }
  return [...sums].map(([instrument, sum]) => ({
    instrument: instrument.index,
    lots: sum.lots,
    entryPrice: sum.lots === 0 || sum.volume === 0 ? '' : averagePrice(instrument, sum),
    unrealised: '',
  }))
}

/** Cost over volume in decimal text, cut at the decimals of the price. */
function averagePrice(
  { price, quantity }: Instrument,
  { cost, decimals, volume }: { readonly cost: bigint; readonly decimals: number; readonly volume: number },
): string {
  const scaled = cost * 10n ** BigInt(quantity.decimals + price.decimals)
  const units = scaled / (BigInt(volume) * BigInt(quantity.step) * 10n ** BigInt(decimals))
  const digits = units.toString().padStart(price.decimals + 1, '0')
  const point = digits.length - price.decimals
  return price.decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
}

/** The account's tier of a pair, of TradeVolume. Pairs without a schedule for makers charge them as takers. */
export function readTier(result: Fields): FeeRates | undefined {
  const rateOf = (schedule: string): number | undefined => {
    if (!result.has(schedule)) return undefined
    const pairs = result.object(schedule)
    const [pair] = pairs.keys()
    return pair === undefined ? undefined : pairs.object(pair).steps('fee', PERCENT)
  }
  const taker = rateOf('fees')
  return taker === undefined ? undefined : { taker, maker: rateOf('fees_maker') ?? taker }
}
