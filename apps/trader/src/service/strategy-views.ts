import type { OrderManager } from '@velocimex/core/execution/order-manager'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { LiveAccount } from './live-account.ts'

/** The order managers of an account: that of the venue, and that of paper where there is one. */
export function managersOf(account: LiveAccount): readonly (readonly [mode: 'live' | 'simulation', OrderManager])[] {
  const { paper } = account.strategies
  const live = ['live', account.desk.orders.manager] as const
  return paper === undefined ? [live] : [live, ['simulation', paper.orders]]
}

/** What each strategy of an account does and holds by its own fills, a row for each instrument. Decimal text. */
export function strategyRows(account: LiveAccount): object[] {
  return account.strategies.desks.flatMap(desk =>
    desk.instruments.map(({ index, unified, quantity, settle }) => {
      const { strategy, portfolio, maker } = desk
      const { netLots, realised, fees } = portfolio.position(index)
      const money = (units: bigint): string => `${formatScaled(units, settle.decimals)} ${settle.code}`
      return {
        strategy: strategy.name,
        mode: account.strategies.modeOf(strategy.name),
        instrument: unified,
        quantity: formatOnGrid(netLots, quantity),
        realised: money(realised),
        fees: money(fees),
        unrealised: money(portfolio.unrealised(index, account.mark(index))),
        openOrders: desk.openOrders(index).length,
        /** Of all its instruments. */
        makerRatio: maker.ratio ?? null,
      }
    }),
  )
}
