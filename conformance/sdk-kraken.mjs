// The SDK `node-kraken-api` trades on Kraken: REST, and the sockets of v1.
import { Kraken } from 'node-kraken-api'
import { Heard } from './heard.mjs'
import { openOtherDoor } from './other-door.mjs'
import { times } from './patience.mjs'

const pair = 'XBT/USD'

/** Spot. The SDK has no setting for addresses. */
export const kraken = {
  of: 'node-kraken-api',
  async trade({ rest, key }, step) {
    const closeDoor = openOtherDoor('kraken.com', new URL(rest).port)
    const client = new Kraken({ key: key.apiKey, secret: key.secret, timeout: 10_000 })
    try {
      await trade(client, step)
    } finally {
      closeDoor()
      client.ws.pub.terminate()
      client.ws.priv.terminate()
    }
  },
}

async function trade(client, step) {
  const placed = async price => {
    const order = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', volume: '0.01', price }
    const { txid } = await client.addOrder(order)
    return txid[0]
  }

  await step('instruments', async () => {
    const listed = Object.values(await client.assetPairs())
    if (!listed.some(({ wsname }) => wsname === pair)) throw new Error(`no ${pair} among ${listed.length}`)
  })
  const book = await step('book', async () => (await client.depth({ pair: 'XBTUSD', count: 10 })).XXBTZUSD)
  const [low, high] = [(book.bids[0][0] * 0.98).toFixed(1), (book.asks[0][0] * 1.01).toFixed(1)]

  const levels = client.ws.book({ depth: 10 })
  const [whole, changes, mirrors] = ['snapshot', 'bid', 'mirror'].map(event => new Heard(levels, event))
  await step('watch book', async () => {
    await levels.subscribe(pair)
    await whole.first(({ as, bs }) => as.length === 10 && bs.length === 10)
    await times(3, () => changes.next(({ b }) => b.length > 0))
  })
  // The SDK mirrors the book, and shows the mirror when the checksum is right.
  await step('checksum', () => mirrors.first(({ as, bs }) => as.length > 0 && bs.length > 0))
  const prints = client.ws.trade()
  const printed = new Heard(prints, 'update')
  await step('watch trades', async () => {
    await prints.subscribe(pair)
    await printed.first(([[price, volume]]) => price > 0 && volume > 0)
  })

  const { token } = await step('token', () => client.getWebSocketsToken())
  const orders = client.ws.openOrders({ token })
  const fills = client.ws.ownTrades({ token })
  const [told, executed] = [new Heard(orders, 'update'), new Heard(fills, 'update')]
  await step('private channels', () => Promise.all([orders.subscribe(), fills.subscribe()]))
  const reported = (txid, status) => told.first(rows => rows.some(row => row[txid]?.status === status))

  const held = async () => Number((await client.balance()).XXBT ?? 0)
  const before = await step('balance', held)
  const txid = await step('place', () => placed(low))
  await step('see the order', () => reported(txid, 'open'))
  await step('query', async () => {
    const { open } = await client.openOrders()
    if (open[txid] === undefined) throw new Error('the order is not among the open ones')
  })
  const limit_price = (low * 0.999).toFixed(1)
  // The SDK is older than this call, and passes on what it does not know.
  await step('amend', () => client.request('AmendOrder', { txid, limit_price }, 'private'))
  await step('see it amended', async () => {
    const order = (await client.queryOrders({ txid }))[txid]
    if (Number(order.descr.price) !== Number(limit_price)) throw new Error(`the order's price is ${order.descr.price}`)
  })
  await step('cancel', () => client.cancelOrder({ txid }))
  await step('see it canceled', () => reported(txid, 'canceled'))

  const wish = { token, pair, type: 'buy', ordertype: 'limit', volume: '0.01', price: low }
  const second = await step('place by socket', () => client.ws.addOrder(wish))
  await step('cancel by socket', async () => {
    const [answer] = await client.ws.cancelOrder({ token, txid: [second.txid] })
    if (answer.status !== 'ok') throw new Error(answer.errorMessage)
  })

  const taker = await step('take', () => placed(high))
  await step('see the order filled', () => reported(taker, 'closed'))
  await step('see the fill', () =>
    executed.first(rows => rows.some(row => Object.values(row).some(({ ordertxid }) => ordertxid === taker))),
  )
  await step('list the fills', async () => {
    const { trades } = await client.tradesHistory()
    if (!Object.values(trades).some(row => row.ordertxid === taker && row.price > 0))
      throw new Error('no fill is listed')
  })
  await step('see the balance', async () => {
    const moved = (await held()) - before
    if (!(moved > 0.0099)) throw new Error(`bought 0.01 BTC, and the balance has moved by ${moved}`)
  })
}
