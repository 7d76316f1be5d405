import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { RecordSink } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Ticks } from '@velocimex/core/market/units'
import { okxOrders } from '@velocimex/venues/okx/okx-orders'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import { findVenue } from '@velocimex/venues/venues'
import { isClosed, isReport, now, placing, withVenue } from './wire-client.conformance.ts'

const withOkx = (trial: Parameters<typeof withVenue>[2]): Promise<void> => withVenue('okx', okxOrders, trial)

for (const [index, symbol] of ['BTC-USDT', 'BTC-USDT-SWAP', 'BTC-USD-SWAP'].entries())
  test(`${symbol}: our client places, amends, cancels and takes on the wire, and both sides know the same fills`, () =>
    withOkx(async (client, venue) => {
      const { codec } = client
      const { exchange } = venue.market
      const { book } = exchange.engine(index)
      const lots = index === 0 ? 1_000_000 : index === 1 ? 10 : 2
      const buying = (id: string, price: number, changes: object = {}): PlaceCommand =>
        placing(id, BUY, price, lots, { instrument: index, ...changes })
      const command = async (request: VenueRequest) => {
        const { outcome, code } = codec.readCommand(request, await client.send(request), now())
        return `${outcome} ${code}`
      }
      const far = Math.floor(book.best(BUY) * 0.98)
      equal(await command(codec.place(buying('V1', far, { postOnly: true }), now())), 'ack ')
      await client.until(isReport('accepted', 'V1'))
      const named = { clientOrderId: 'V1', venueOrderId: '', instrument: index }
      const { quantity } = buying('V1', far).order
      equal(await command(codec.replace({ ...named, price: (far - 1) as Ticks, quantity }, BUY, now())!), 'ack ')
      await client.until(isReport('replaced', 'V1'))
      equal(await command(codec.cancel(named, now())), 'ack ')
      await client.until(isReport('canceled', 'V1'))
      const dear = Math.ceil(book.best(SELL) * 1.01)
      equal(await command(codec.place(buying('V2', dear, { timeInForce: 'ioc' }), now())), 'ack ')
      await client.until(isClosed('V2'))
      const ask = codec.fills(index, 0 as Micros, now())
      const fills = codec.readFills(ask, await client.send(ask))
      ok(fills.kind === 'found')
      deepEqual(
        fills.value.map(({ price, quantity, fee }) => [price, quantity, fee]),
        exchange.fills.map(({ price, lots, fee }) => [price, lots, fee]),
      )
      await client.until(message => message.kind === 'balance')
      if (index > 0) await client.until(message => message.kind === 'position' && message.position.lots === quantity)
    }))

test('our market data codec follows the books of the venue over its socket', () =>
  withOkx(async (client, venue) => {
    const { instruments } = venue.market.exchange
    const okx = findVenue('okx')!.members[0]
    const codec = okx.makeCodec(instruments, 1 << 20, 4096, 0)
    const sink: RecordSink = { append: () => {} }
    const feed = new MarketFeed(codec, okx.sequencing, sink, instruments.all.length, 0)
    let changes = 0
    let enough: () => void = () => {}
    const followed = new Promise<void>(done => (enough = done))
    const socket = await client.open('/ws/v5/public', text => {
      ok(feed.frame(0, Buffer.from(codec.buffer.buffer).write(text), now(), 0) >= 0, text)
      if (++changes === 60) enough()
    })
    const args = instruments.all.map(({ symbol }) => ({ channel: 'books', instId: symbol }))
    socket.send(JSON.stringify({ op: 'subscribe', args }))
    await followed
    equal(feed.counts.gaps, 0)
    ok(instruments.all.every(({ index }) => feed.isLive(index)))
  }))
