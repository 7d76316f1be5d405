// The SDK `okx-api` trades on OKX, spot or swaps: REST, public and private channels, orders over a socket.
import { RestClient, WebsocketAPIClient, WebsocketClient } from 'okx-api'
import { times } from './patience.mjs'
import { heardBy, redirect } from './sdk-sockets.mjs'

/**
 * One instrument of OKX.
 *
 * @param instType `SPOT` or `SWAP`
 * @param instId its name
 * @param sz the quantity to trade: of the base on spot, contracts of a swap
 */
export const okxIn = ({ instType, instId, sz }) => ({
  of: 'okx-api',
  async trade({ rest, sockets, key, log }, step) {
    const keys = { apiKey: key.apiKey, apiSecret: key.secret, apiPass: key.passphrase }
    const accounts = { accounts: [keys] }
    const client = new RestClient({ ...keys, baseUrl: rest })
    const streams = redirect(new WebsocketClient(accounts, log), sockets)
    const api = new WebsocketAPIClient({ ...accounts, attachEventListeners: false }, log)
    redirect(api.getWSClient(), sockets)
    const heard = heardBy(streams)
    const dataOf = (channel, fits) => message => message.arg?.channel === channel && message.data?.some(fits)
    const rowOf = (channel, fits) => heard.first(dataOf(channel, fits))
    const reported = (ordId, state) => rowOf('orders', row => row.ordId === ordId && row.state === state)
    const limit = px => ({
      instId,
      tdMode: instType === 'SPOT' ? 'cash' : 'cross',
      side: 'buy',
      ordType: 'limit',
      sz,
      px,
    })

    // Over sockets the venue knows instruments by their number only.
    const instIdCode = await step('instruments', async () => {
      const rows = await client.getInstruments({ instType })
      const row = rows.find(row => row.instId === instId)
      if (row === undefined) throw new Error(`no ${instId} among ${rows.length}`)
      return row.instIdCode
    })
    const [book] = await step('book', () => client.getOrderBook({ instId, sz: '10' }))
    const [low, high] = [(book.bids[0][0] * 0.98).toFixed(1), (book.asks[0][0] * 1.01).toFixed(1)]

    await step('subscribe', () =>
      Promise.all(
        streams.subscribe([
          { channel: 'books', instId },
          { channel: 'trades', instId },
        ]),
      ),
    )
    const ofBook = action => message => message.arg?.channel === 'books' && message.action === action
    await step('watch book', async () => {
      await heard.first(ofBook('snapshot'))
      await times(3, () => heard.next(ofBook('update')))
    })
    await step('watch trades', () => rowOf('trades', ({ px, sz }) => px > 0 && sz > 0))

    await step('private channels', async () => {
      const channels = [{ channel: 'orders', instType: 'ANY' }, { channel: 'account' }]
      await Promise.all(streams.subscribe(channels))
      await rowOf('account', () => true)
    })
    const held = async () => {
      const [{ details }] = await client.getBalance()
      return JSON.stringify(details.map(({ ccy, cashBal }) => [ccy, cashBal]))
    }
    const before = await step('balance', held)
    const [{ ordId }] = await step('place', () => client.submitOrder(limit(low)))
    await step('see the order', () => reported(ordId, 'live'))
    await step('query', async () => {
      const open = await client.getOrderList({ instType })
      if (!open.some(row => row.ordId === ordId)) throw new Error('the order is not among the open ones')
    })
    const newPx = (low * 0.999).toFixed(1)
    await step('amend', () => client.amendOrder({ instId, ordId, newPx }))
    await step('see it amended', () => rowOf('orders', row => row.ordId === ordId && Number(row.px) === Number(newPx)))
    await step('cancel', () => client.cancelOrder({ instId, ordId }))
    await step('see it canceled', () => reported(ordId, 'canceled'))

    const { instId: _, ...coded } = { ...limit(low), instIdCode }
    const second = await step('place by socket', () => api.submitNewOrder(coded))
    const same = { instIdCode, ordId: second.data[0].ordId }
    await step('amend by socket', () => api.amendOrder({ ...same, newPx }))
    await step('cancel by socket', () => api.cancelOrder(same))

    const [taker] = await step('take', () => client.submitOrder(limit(high)))
    await step('see the fill', () => reported(taker.ordId, 'filled'))
    await step('list the fills', async () => {
      const fills = await client.getFills({ instType })
      if (!fills.some(row => row.ordId === taker.ordId && row.fillPx > 0)) throw new Error('the fill is not listed')
    })
    await step('see the balance', async () => {
      if ((await held()) === before) throw new Error('the balance has not moved')
    })
    if (instType === 'SWAP')
      await step('see the position', async () => {
        const positions = await client.getPositions({ instId })
        if (Number(positions[0]?.pos) !== Number(sz)) throw new Error(`told ${JSON.stringify(positions)}`)
      })
    streams.closeAll(true)
    api.getWSClient().closeAll(true)
  },
})
