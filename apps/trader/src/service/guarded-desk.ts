import { CLOSER, closePositions, type OpenOrders } from '@velocimex/core/engine/get-out'
import type { GuardedSession } from '@velocimex/core/engine/safeguards'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { AccountBooks } from '@velocimex/core/ledger/account-books'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { SELL } from '@velocimex/core/market/side'
import type { EmergencyStop } from '@velocimex/core/risk/emergency-stop'
import type { Exposure, RiskGate } from '@velocimex/core/risk/risk-gate'

/** What getting out of a live account takes. */
export interface DeskParts {
  readonly instruments: InstrumentTable
  readonly books: AccountBooks
  readonly desk: LiveOrderDesk
  gate(): RiskGate
  stop(): EmergencyStop
}

/** A live desk as the safeguards use it: canceling everything, counting what is open, closing what is held. */
export function guardedDesk(parts: DeskParts): Pick<GuardedSession, 'cancelAll' | 'openOrders' | 'closePositions'> {
  const { instruments, books, desk } = parts
  const { manager } = desk.orders
  const all = () => instruments.all.flatMap(({ index }) => [...manager.openOrders(index)])
  const orders: OpenOrders = {
    openOrders: index => manager.openOrders(index),
    cancel: id => desk.cancel(id).ok,
    place(approved) {
      const placed = desk.place(approved)
      return placed.ok ? placed.value : undefined
    },
  }
  return {
    cancelAll() {
      const { isEngaged, record } = parts.stop()
      // The desk refuses by itself from here on, whatever becomes of the guards.
      if (isEngaged && desk.orders.stop === undefined) desk.engageStop(record.reason)
      for (const { clientOrderId, request } of all()) if (request.strategy !== CLOSER) desk.cancel(clientOrderId)
    },
    // Until the venue has been asked about everything, there may be one that we do not know.
    openOrders: () => all().length + (desk.isReady ? 0 : 1),
    closePositions: () => closePositions(parts.gate(), orders, books.portfolio, instruments),
  }
}

/** What the gate asks: at worst, with what is held, what rests, what is on its way, what is in doubt. */
export function exposureOf(desk: LiveOrderDesk, books: AccountBooks, mid: (instrument: number) => number): Exposure {
  const { manager } = desk.orders
  return {
    netLots: index => books.portfolio.netLots(index),
    openBuyLots: index => manager.openBuyLots(index),
    openSellLots: index => manager.openLots(index, SELL),
    openOrders: index => manager.openOrders(index).length,
    reference: mid,
  }
}
