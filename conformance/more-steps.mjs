// What a foreign client asks beside trading, as far as it can: ccxt says so itself.
import ccxt from 'ccxt'

/**
 * Asks for everything else that a trader looks at, and for what the venue must refuse.
 *
 * @param client of ccxt pro, with a position or a balance already
 * @param venue { symbol, amount }
 * @param price at which an order rests
 */
export async function asksMore(client, { symbol, amount }, price, step) {
  const market = client.market(symbol)
  const ask = async (name, method, run, fits) => {
    if (!client.has[method]) return
    await step(name, async () => {
      const told = await supported(run)
      if (told !== undefined && !fits(told)) throw new Error(`told ${JSON.stringify(told).slice(0, 200)}`)
    })
  }
  await ask(
    'ticker',
    'fetchTicker',
    () => client.fetchTicker(symbol),
    ({ last }) => last > 0,
  )
  await ask(
    'tickers',
    'fetchTickers',
    () => client.fetchTickers([symbol]),
    all => all[symbol] !== undefined,
  )
  await ask(
    'bars',
    'fetchOHLCV',
    () => client.fetchOHLCV(symbol, '1m'),
    bars => bars.at(-1)?.[4] > 0,
  )
  await ask(
    'prints',
    'fetchTrades',
    () => client.fetchTrades(symbol),
    prints => prints.at(-1)?.price > 0,
  )
  await ask(
    'own fills',
    'fetchMyTrades',
    () => client.fetchMyTrades(symbol),
    fills => fills.at(-1)?.amount > 0,
  )
  await ask(
    'orders that are over',
    'fetchClosedOrders',
    () => client.fetchClosedOrders(symbol),
    all => all.length > 0,
  )
  await ask(
    'watch ticker',
    'watchTicker',
    () => client.watchTicker(symbol),
    ({ last, bid }) => last > 0 || bid > 0,
  )
  await ask(
    'watch bars',
    'watchOHLCV',
    () => client.watchOHLCV(symbol, '1m'),
    bars => bars.at(-1)?.[4] > 0,
  )
  if (market.contract) {
    const isHeld = all => all.some(each => each.symbol === symbol && each.contracts > 0)
    await ask('positions', 'fetchPositions', () => client.fetchPositions([symbol]), isHeld)
    await ask(
      'funding',
      'fetchFundingRate',
      () => client.fetchFundingRate(symbol),
      ({ fundingRate }) => fundingRate > 0,
    )
    await ask(
      'leverage',
      'setLeverage',
      () => client.setLeverage(5, symbol),
      () => true,
    )
  }
  await ask(
    'several orders',
    'createOrders',
    () => several(client, symbol, amount, price),
    all => all.length === 2,
  )
  await ask(
    'cancel all',
    'cancelAllOrders',
    () => cleared(client, symbol, amount, price),
    open => open.length === 0,
  )
  await step('be refused a stop', async () => {
    try {
      await client.createOrder(symbol, 'market', 'sell', amount, undefined, { stopLossPrice: price })
    } catch {
      return
    }
    throw new Error('a stop order was taken, and there are none')
  })
}

/** Two orders in one request, which are canceled again. */
async function several(client, symbol, amount, price) {
  const order = { symbol, type: 'limit', side: 'buy', amount, price }
  const orders = await client.createOrders([order, order])
  for (const { id } of orders) await client.cancelOrder(id, symbol)
  return orders
}

/** What is open when an order was placed and all were canceled. */
async function cleared(client, symbol, amount, price) {
  await client.createOrder(symbol, 'limit', 'buy', amount, price)
  await client.cancelAllOrders(symbol)
  return client.fetchOpenOrders(symbol)
}

/** What was told; undefined when ccxt itself knows no such call for this kind of market. */
async function supported(run) {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ccxt.NotSupported) return undefined
    throw error
  }
}
