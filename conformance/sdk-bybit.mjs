// The SDK `bybit-api` trades on Bybit, spot or linear: REST, market topics, private topics and orders over a socket.
import { RestClientV5, WebsocketAPIClient, WebsocketClient } from 'bybit-api'
import { times } from './patience.mjs'
import { heardBy, redirect } from './sdk-sockets.mjs'

const symbol = 'BTCUSDT'

/** @param category `spot` or `linear` */
export const bybitIn = category => ({
  of: 'bybit-api',
  async trade({ rest, sockets, key, log }, step) {
    const keys = { key: key.apiKey, secret: key.secret }
    const client = new RestClientV5({ ...keys, baseUrl: rest, throwExceptions: true })
    const streams = redirect(new WebsocketClient({ ...keys, market: 'v5' }, log), sockets)
    const api = new WebsocketAPIClient({ ...keys, attachEventListeners: false }, log)
    redirect(api.getWSClient(), sockets)
    const heard = heardBy(streams)
    const rowOf = (topic, fits) => heard.first(message => message.topic === topic && message.data.some(fits))
    const reported = (orderId, status) => rowOf('order', row => row.orderId === orderId && row.orderStatus === status)
    const limit = price => ({
      ...{ category, symbol, side: 'Buy', orderType: 'Limit', qty: '0.01', price, timeInForce: 'GTC' },
    })

    await step('instruments', async () => {
      const { result } = await client.getInstrumentsInfo({ category })
      if (!result.list.some(row => row.symbol === symbol)) throw new Error(`no ${symbol} among ${result.list.length}`)
    })
    const book = await step('book', () => client.getOrderbook({ category, symbol, limit: 10 }))
    const [bid, ask] = [book.result.b[0][0], book.result.a[0][0]]
    const [low, high] = [(bid * 0.98).toFixed(1), (ask * 1.01).toFixed(1)]

    await step('subscribe', () =>
      Promise.all(streams.subscribeV5([`orderbook.50.${symbol}`, `publicTrade.${symbol}`], category)),
    )
    const ofBook = type => message => message.topic === `orderbook.50.${symbol}` && message.type === type
    await step('watch book', async () => {
      await heard.first(ofBook('snapshot'))
      await times(3, () => heard.next(ofBook('delta')))
    })
    await step('watch trades', () => rowOf(`publicTrade.${symbol}`, ({ p, v }) => p > 0 && v > 0))

    await step('private topics', () =>
      Promise.all(streams.subscribeV5(['order', 'execution', 'wallet', 'position'], category)),
    )
    const held = async () => {
      const { result } = await client.getWalletBalance({ accountType: 'UNIFIED' })
      const coins = result.list[0].coin.map(({ coin, walletBalance }) => [coin, Number(walletBalance)])
      return { BTC: 0, USDT: 0, ...Object.fromEntries(coins) }
    }
    const before = await step('balance', held)
    const { orderId } = (await step('place', () => client.submitOrder(limit(low)))).result
    await step('see the order', () => reported(orderId, 'New'))
    await step('query', async () => {
      const { result } = await client.getActiveOrders({ category, symbol })
      if (!result.list.some(row => row.orderId === orderId)) throw new Error('the order is not among the open ones')
    })
    const lower = (low * 0.999).toFixed(1)
    await step('amend', () => client.amendOrder({ category, symbol, orderId, price: lower }))
    await step('see it amended', () =>
      rowOf('order', row => row.orderId === orderId && Number(row.price) === Number(lower)),
    )
    await step('cancel', () => client.cancelOrder({ category, symbol, orderId }))
    await step('see it canceled', () => reported(orderId, 'Cancelled'))

    const second = await step('place by socket', () => api.submitNewOrder(limit(low)))
    await step('amend by socket', () =>
      api.amendOrder({ category, symbol, orderId: second.data.orderId, price: lower }),
    )
    await step('cancel by socket', () => api.cancelOrder({ category, symbol, orderId: second.data.orderId }))

    const taker = (await step('take', () => client.submitOrder(limit(high)))).result
    await step('see the order filled', () => reported(taker.orderId, 'Filled'))
    await step('see the fill', () => rowOf('execution', row => row.orderId === taker.orderId && row.execPrice > 0))
    await step('see the balance', async () => {
      await heard.first(({ topic }) => topic === 'wallet')
      const after = await held()
      const isRight = category === 'spot' ? after.BTC - before.BTC > 0.0099 : after.USDT < before.USDT
      if (!isRight) throw new Error(`bought 0.01 BTC: ${JSON.stringify(before)} became ${JSON.stringify(after)}`)
    })
    if (category === 'linear')
      await step('see the position', async () => {
        const { result } = await client.getPositionInfo({ category, symbol })
        if (Number(result.list[0]?.size) !== 0.01) throw new Error(`told ${JSON.stringify(result.list)}`)
      })
    streams.closeAll(true)
    api.getWSClient().closeAll(true)
  },
})
