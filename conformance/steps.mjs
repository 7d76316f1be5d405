// What a foreign client does on a simulated venue, step by step, through ccxt and ccxt pro.
import ccxt from 'ccxt'
import { asksMore } from './more-steps.mjs'
import { times } from './patience.mjs'

/** Sends every address of a client to another place. */
function pointAt(urls, port) {
  for (const [key, value] of Object.entries(urls)) {
    if (typeof value === 'string')
      urls[key] = value
        .replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${port}`)
        .replace(/^wss:\/\/[^/]+/, `ws://127.0.0.1:${port}`)
    else if (value !== null && typeof value === 'object') pointAt(value, port)
  }
}

/**
 * ccxt on a venue that is simulated.
 *
 * @param venue { client: an exchange of ccxt pro, symbol, amount, keepsId: amended orders keep their id }
 */
export const ccxtTrades = venue => ({
  of: 'ccxt',
  async trade({ rest, key }, step) {
    const client = new ccxt.pro[venue.client]({ apiKey: key.apiKey, secret: key.secret, password: key.passphrase })
    try {
      await trade(client, venue, new URL(rest).port, step)
    } finally {
      await client.close()
    }
  },
})

async function trade(client, venue, port, step) {
  pointAt(client.urls, port)
  await client.loadHttpProxyAgent()
  const { symbol, amount } = venue
  if ((await step('markets', () => client.loadMarkets())) === undefined) return
  const balance = await step('balance', () => client.fetchBalance())
  const book = await step('book', () => client.fetchOrderBook(symbol, 10))
  await step('watch book', () => times(3, () => client.watchOrderBook(symbol)))
  await step('watch trades', () => client.watchTrades(symbol))
  const orders = client.watchOrders(symbol)
  orders.catch(() => {})
  await new Promise(done => setTimeout(done, 1500)) // Foreign clients do not tell when their log-in is done.
  const price = Number(client.priceToPrecision(symbol, (book?.bids[0]?.[0] ?? 1) * 0.98))
  const placed = await step('place', () => client.createOrder(symbol, 'limit', 'buy', amount, price))
  await step('see the order', async () => {
    const seen = await orders
    if (!seen.some(({ id }) => id === placed.id)) throw new Error(`order ${placed.id} was not told`)
  })
  await step('query', async () => {
    const open = await client.fetchOpenOrders(symbol)
    if (!open.some(({ id }) => id === placed.id)) throw new Error('the order is not among the open ones')
  })
  let current = placed
  const lower = Number(client.priceToPrecision(symbol, price * 0.999))
  const amended = await step('amend', () => client.editOrder(placed.id, symbol, 'limit', 'buy', amount, lower))
  if (venue.keepsId !== true) current = amended ?? placed
  await step('cancel', () => client.cancelOrder(current.id ?? placed.id, symbol))
  // Of venues that stream no executions they are asked for.
  const fills = client.has.watchMyTrades ? client.watchMyTrades(symbol) : undefined
  fills?.catch(() => {})
  const worst = Number(client.priceToPrecision(symbol, (book?.asks[0]?.[0] ?? 1) * 1.01))
  await step('take', () => client.createOrder(symbol, 'limit', 'buy', amount, worst))
  await step('see the fill', async () => {
    const seen = await (fills ?? client.fetchMyTrades(symbol))
    if (seen.length === 0 || !(seen[0].price > 0)) throw new Error('no execution was told')
  })
  await step('see the balance', async () => {
    const after = await client.fetchBalance()
    if (JSON.stringify(after.total) === JSON.stringify(balance.total)) throw new Error('the balance has not moved')
  })
  await step('be refused', async () => {
    try {
      await client.createOrder(symbol, 'limit', 'buy', amount * 1e5, price)
    } catch {
      return
    }
    throw new Error('an order that cannot be paid was taken')
  })
  await asksMore(client, venue, price, step)
}
