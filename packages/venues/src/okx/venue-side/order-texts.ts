import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { BUY } from '@velocimex/core/market/side'
import { INST_TYPES } from '../order-requests.ts'
import { type OrderNotes, ordIdOf } from './order-notes.ts'
import { amountText, averageText, decimalsOf, lotsText, msText, priceText } from './texts.ts'

/** An id that we made up because the client gave none: the venue tells none. */
const UNNAMED = '#'

/** What the answer to an amendment tells with the order. */
export interface AmendTold {
  readonly reqId: string
  readonly amendResult: string
}

/** Client order id of an order; empty when the client gave none. */
export const clOrdIdOf = ({ clientOrderId }: ExchangeOrder): string =>
  clientOrderId.startsWith(UNNAMED) ? '' : clientOrderId

/** An id for an order without one; no client can write it. */
export const unnamed = (count: number): string => `${UNNAMED}${count}`

const stateOf = ({ status, cumulative }: ExchangeOrder): string => {
  if (status === 'open') return cumulative === 0 ? 'live' : 'partially_filled'
  return status === 'filled' ? 'filled' : 'canceled'
}

/** Orders and executions in the venue's words. */
export class OrderTexts {
  readonly #exchange: Exchange
  readonly #notes: OrderNotes
  /** Executions by order, as long as the order is remembered. */
  readonly #fills = new WeakMap<ExchangeOrder, ExchangeFill[]>()

  constructor(exchange: Exchange, notes: OrderNotes) {
    this.#exchange = exchange
    this.#notes = notes
  }

  /** Remembers an execution, so that its order is told with it. */
  remember(fill: ExchangeFill): void {
    const fills = this.#fills.get(fill.order)
    if (fills === undefined) this.#fills.set(fill.order, [fill])
    else fills.push(fill)
  }

  /** An order as queries tell it, with its last execution. */
  order(order: ExchangeOrder): Record<string, unknown> {
    const { instrument } = order
    const note = this.#notes.of(order)
    const fills = this.#fills.get(order) ?? []
    const last = fills.at(-1)
    const feeAsset = last?.feeAsset ?? instrument.settle.code
    const fee = fills.reduce((sum, fill) => sum - fill.fee, 0n)
    const isMarket = order.type === 'market'
    const isSpot = instrument.kind === 'spot'
    return {
      ...{ instType: INST_TYPES[instrument.kind], instId: instrument.symbol, ordId: ordIdOf(order) },
      ...{ clOrdId: clOrdIdOf(order), tag: note.tag, px: isMarket ? '' : priceText(instrument, order.price) },
      ...{ sz: lotsText(instrument, order.lots), ordType: note.ordType, side: order.side === BUY ? 'buy' : 'sell' },
      ...{ posSide: isSpot ? '' : 'net', tdMode: note.tdMode, accFillSz: lotsText(instrument, order.cumulative) },
      ...{ fillPx: last === undefined ? '' : priceText(instrument, last.price) },
      ...{ fillSz: last === undefined ? '0' : lotsText(instrument, last.lots) },
      ...{
        fillTime: last === undefined ? '' : msText(last.at),
        tradeId: last === undefined ? '' : String(last.tradeId),
      },
      ...{ avgPx: averageText(instrument, order.cumulative, order.value), state: stateOf(order) },
      ...{ stpId: '', stpMode: note.stpMode, lever: '', attachAlgoOrds: [], attachAlgoClOrdId: '', algoId: '' },
      ...{ tpTriggerPx: '', tpOrdPx: '', slTriggerPx: '', slOrdPx: '', linkedAlgoOrd: { algoId: '' }, algoClOrdId: '' },
      ...{
        feeCcy: feeAsset,
        fee: amountText(fee, decimalsOf(this.#exchange, feeAsset)),
        rebateCcy: feeAsset,
        rebate: '0',
      },
      ...{ source: '', pnl: this.#profit(fills), category: 'normal', ccy: '', isTpLimit: 'false', quickMgnType: '' },
      ...{ reduceOnly: String(order.reduceOnly), tgtCcy: isSpot && isMarket ? 'base_ccy' : '', pxType: '', pxUsd: '' },
      ...{ pxVol: '', cancelSource: order.status === 'open' ? '' : note.cancelSource, cancelSourceReason: '' },
      ...{
        cTime: msText(order.createdAt),
        uTime: msText(order.updatedAt),
        tradeQuoteCcy: isSpot ? instrument.quote.code : '',
      },
    }
  }

  /** An order as the channel `orders` tells it: with the execution that is told, and the answer to an amendment. */
  push(order: ExchangeOrder, fill: ExchangeFill | undefined, amend?: AmendTold): Record<string, unknown> {
    const { instrument } = order
    const none = {
      fillPx: '',
      fillSz: '0',
      fillTime: '',
      tradeId: '',
      fillFee: '0',
      fillFeeCcy: '',
      execType: '',
      fillPnl: '0',
    }
    const told =
      fill === undefined
        ? none
        : {
            ...{ fillPx: priceText(instrument, fill.price), fillSz: lotsText(instrument, fill.lots) },
            ...{ fillTime: msText(fill.at), tradeId: String(fill.tradeId), fillFeeCcy: fill.feeAsset },
            ...{ fillFee: this.#fee(fill), execType: fill.liquidity === 'maker' ? 'M' : 'T' },
            fillPnl: amountText(fill.realised, instrument.settle.decimals),
          }
    const amended = { reqId: amend?.reqId ?? '', amendResult: amend?.amendResult ?? '', amendSource: amend ? '1' : '' }
    const rest = { fillNotionalUsd: '', notionalUsd: '', lastPx: '', code: '0', msg: '' }
    return { ...this.order(order), ...told, ...amended, ...rest }
  }

  /** An execution as `trade/fills` tells it. */
  fill(fill: ExchangeFill): Record<string, unknown> {
    const { order } = fill
    const { instrument } = order
    return {
      ...{ instType: INST_TYPES[instrument.kind], instId: instrument.symbol, tradeId: String(fill.tradeId) },
      ...{ ordId: ordIdOf(order), clOrdId: clOrdIdOf(order), billId: `${fill.tradeId}${order.side === BUY ? 1 : 2}` },
      ...{
        subType: order.side === BUY ? '1' : '2',
        tag: this.#notes.of(order).tag,
        side: order.side === BUY ? 'buy' : 'sell',
      },
      ...{ fillPx: priceText(instrument, fill.price), fillSz: lotsText(instrument, fill.lots), fillIdxPx: '' },
      ...{
        fillPnl: amountText(fill.realised, instrument.settle.decimals),
        posSide: instrument.kind === 'spot' ? '' : 'net',
      },
      ...{ execType: fill.liquidity === 'maker' ? 'M' : 'T', feeCcy: fill.feeAsset, fee: this.#fee(fill), feeRate: '' },
      ...{ ts: msText(fill.at), fillTime: msText(fill.at), fillMarkPx: '', fillPxVol: '', fillPxUsd: '' },
    }
  }

  /** What is paid is negative. */
  #fee({ fee, feeAsset }: ExchangeFill): string {
    return amountText(-fee, decimalsOf(this.#exchange, feeAsset))
  }

  #profit(fills: readonly ExchangeFill[]): string {
    const [first] = fills
    if (first === undefined) return '0'
    const sum = fills.reduce((total, { realised }) => total + realised, 0n)
    return amountText(sum, first.order.instrument.settle.decimals)
  }
}
