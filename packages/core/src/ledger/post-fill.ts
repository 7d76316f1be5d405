import { baseAmount } from '../market/base-amount.ts'
import type { Instrument } from '../market/instrument.ts'
import { notional } from '../market/money.ts'
import type { Fill } from '../order/fill.ts'
import { type Chart, LedgerKind } from './chart.ts'
import { Posting } from './posting.ts'
import { TransferCode } from './transfer-code.ts'

/**
 * A fill as one posting of linked transfers:
 *
 *     position    lots                                     always
 *     cash        - side * notional of the quote asset     spot: money against goods
 *                 + side * quantity of the base asset
 *                 + realised profit                        derivatives: only profit and loss is money
 *                 - fee                                    in the asset it was charged in
 *     fees        fee                                      paid so far; a rebate lowers it
 *     realised    realised profit                          of the lots that this fill closed
 *
 * @param realised profit of the closed lots in booked units of the settling asset, from the portfolio
 * @param number of the event in the account's life
 */
export function postFill(chart: Chart, instrument: Instrument, fill: Fill, realised: bigint, number: number): Posting {
  const posting = new Posting(chart, number, `fill ${fill.tradeId} of ${fill.clientOrderId}`, fill.at)
  const side = BigInt(fill.side)
  const settle = instrument.settle.code
  posting.position(instrument, side * BigInt(fill.quantity))
  if (instrument.kind === 'spot') {
    posting.gain(LedgerKind.cash, instrument.base.code, side * baseAmount(instrument, fill.quantity), TransferCode.fill)
    const value = notional(fill.price, fill.quantity, instrument.contract)
    posting.gain(LedgerKind.cash, settle, -side * value, TransferCode.fill)
  } else posting.gain(LedgerKind.cash, settle, realised, TransferCode.realised)
  posting.gain(LedgerKind.cash, fill.feeAsset, -fill.fee, TransferCode.fee)
  posting.gain(LedgerKind.fees, fill.feeAsset, fill.fee, TransferCode.fee)
  posting.gain(LedgerKind.realised, settle, realised, TransferCode.realised)
  return posting
}
