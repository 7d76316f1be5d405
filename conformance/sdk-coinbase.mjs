// The SDK `coinbase-api` trades on Coinbase Advanced Trade: REST, market channels and the user channel.
import { CBAdvancedTradeClient, WebsocketClient } from 'coinbase-api'
import { times } from './patience.mjs'
import { heardBy, redirect } from './sdk-sockets.mjs'

const product_id = 'BTC-USD'

/** Spot, the only market of this venue. */
export const coinbase = {
  of: 'coinbase-api',
  async trade({ rest, sockets, key, log }, step) {
    const keys = { apiKey: key.apiKey, apiSecret: key.secret }
    const client = new CBAdvancedTradeClient({ ...keys, baseUrl: rest })
    const streams = redirect(new WebsocketClient(keys, log), sockets)
    const heard = heardBy(streams)
    const eventOf = (channel, fits) => message => message.channel === channel && message.events?.some(fits)
    const reported = (order_id, status) =>
      heard.first(
        eventOf('user', ({ orders }) => orders.some(row => row.order_id === order_id && row.status === status)),
      )
    const placed = async limit_price => {
      const order_configuration = { limit_limit_gtc: { base_size: '0.01', limit_price, post_only: false } }
      const order = { client_order_id: client.generateNewOrderId(), product_id, side: 'BUY', order_configuration }
      return succeeded(await client.submitOrder(order)).success_response.order_id
    }

    await step('instruments', async () => {
      const { products } = await client.getProducts()
      if (!products.some(row => row.product_id === product_id))
        throw new Error(`no ${product_id} of ${products.length}`)
    })
    await step('public instruments', () => client.getPublicProduct({ product_id }))
    const { pricebook } = await step('book', () => client.getPublicProductBook({ product_id, limit: 10 }))
    const [low, high] = [(pricebook.bids[0].price * 0.98).toFixed(2), (pricebook.asks[0].price * 1.01).toFixed(2)]

    const payload = { product_ids: [product_id] }
    await step('subscribe', async () => {
      const topics = ['level2', 'market_trades', 'heartbeats'].map(topic => ({ topic, payload }))
      streams.subscribe(topics, 'advTradeMarketData')
      await heard.first(eventOf('subscriptions', ({ subscriptions }) => 'market_trades' in subscriptions))
    })
    const ofBook = type => eventOf('l2_data', event => event.type === type && event.updates.length > 0)
    await step('watch book', async () => {
      await heard.first(ofBook('snapshot'))
      await times(3, () => heard.next(ofBook('update')))
    })
    await step('watch trades', () =>
      heard.first(eventOf('market_trades', ({ type, trades }) => type === 'update' && trades[0]?.price > 0)),
    )

    await step('user channel', async () => {
      streams.subscribe({ topic: 'user', payload }, 'advTradeUserData')
      await heard.first(eventOf('user', ({ type }) => type === 'snapshot'))
    })
    const held = async () => {
      const { accounts } = await client.getAccounts()
      return Number(accounts.find(({ currency }) => currency === 'BTC')?.available_balance.value ?? 0)
    }
    const before = await step('balance', held)
    const order_id = await step('place', () => placed(low))
    await step('see the order', () => reported(order_id, 'OPEN'))
    await step('query', async () => {
      const { orders } = await client.getOrders({ order_status: ['OPEN'], product_ids: [product_id] })
      if (!orders.some(row => row.order_id === order_id)) throw new Error('the order is not among the open ones')
    })
    const lower = (low * 0.999).toFixed(2)
    await step('amend', async () => succeeded(await client.updateOrder({ order_id, price: lower, size: '0.01' })))
    await step('see it amended', async () => {
      const { order } = await client.getOrder({ order_id })
      const { limit_price } = order.order_configuration.limit_limit_gtc
      if (Number(limit_price) !== Number(lower)) throw new Error(`the order's price is ${limit_price}`)
    })
    await step('cancel', async () => succeeded((await client.cancelOrders({ order_ids: [order_id] })).results[0]))
    await step('see it canceled', () => reported(order_id, 'CANCELLED'))

    const taker = await step('take', () => placed(high))
    await step('see the fill', () => reported(taker, 'FILLED'))
    await step('list the fills', async () => {
      const { fills } = await client.getFills({ order_ids: [taker] })
      if (!(fills[0]?.price > 0)) throw new Error('no fill is listed')
    })
    await step('see the balance', async () => {
      const moved = (await held()) - before
      if (!(moved > 0.0099)) throw new Error(`bought 0.01 BTC, and the balance has moved by ${moved}`)
    })
    streams.closeAll(true)
  },
}

/** The venue refuses with success: its words as an error. */
function succeeded(answer) {
  if (answer.success !== true) throw new Error(JSON.stringify(answer))
  return answer
}
