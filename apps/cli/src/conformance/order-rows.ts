import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { ConformanceRow } from './market-rows.ts'
import type { OrderClient, Wish } from './order-client.ts'

type Row = ConformanceRow<OrderClient>

const isClosed = ({ leaves }: { readonly leaves: number }): boolean => leaves === 0

/** Takes at once what is wished, and is told so: nothing is left open, and the venue's truth says the same. */
async function takes(client: OrderClient, wish: Wish): Promise<void> {
  const command = client.wish(wish)
  equal((await client.place(command)).outcome, 'ack')
  const { quantity } = command.order
  await client.told(command, 'the fill', ({ fill, cumulative }) => fill !== undefined && cumulative === quantity)
  equal((await client.truthOf(command))?.status, 'filled')
}

/** Is refused, or taken and closed at once: nothing is executed, nothing rests. */
async function comesToNothing(client: OrderClient, wish: Wish): Promise<void> {
  const command = client.wish(wish)
  const { outcome, code } = await client.place(command)
  ok(outcome === 'definitive_reject' || outcome === 'ack', `${outcome} ${code}`)
  if (outcome === 'ack') await client.told(command, 'the end', report => report.kind !== 'filled' && isClosed(report))
  const truth = await client.truthOf(command)
  ok(truth === undefined || (truth.status !== 'open' && Number(truth.cumulative) === 0), JSON.stringify(truth))
}

/** An order that rests, as the answer and the private stream tell. */
async function resting(client: OrderClient, wish: Wish = {}): Promise<ReturnType<OrderClient['wish']>> {
  const command = client.wish(wish)
  const { outcome, code, words } = await client.place(command)
  equal(outcome, 'ack', `${code} ${words}`)
  await client.told(command, 'the acceptance', ({ kind }) => kind === 'accepted')
  return command
}

const lotsHeld = (client: OrderClient): number =>
  client.stage.market.exchange.account(client.stage.keys[0]!.account).position(0).lots

const row = (id: string, words: string, run: Row['run'], isOffered?: Row['isOffered']): Row => ({
  ...{ id, words, ...(isOffered === undefined ? {} : { isOffered }) },
  run: client => {
    client.breathe()
    return run(client)
  },
})

/** The life of orders, in the order in which it is tried on one account. */
export const ORDER_ROWS: readonly Row[] = [
  row('E15', 'reduce-only without a position is refused', client =>
    comesToNothing(client, { side: SELL, price: client.far(SELL), reduceOnly: true }),
  ),
  row('E01', 'market orders, both sides', async client => {
    await takes(client, { type: 'market', timeInForce: 'ioc', side: BUY })
    await takes(client, { type: 'market', timeInForce: 'ioc', side: SELL })
  }),
  row('E10', 'limit, good till canceled: rests, and is found by our id', async client => {
    for (const side of [BUY, SELL] as const) {
      const command = await resting(client, { side })
      const read = await client.ask(command)
      ok(read.kind === 'found', JSON.stringify(read))
      const { status, price, quantity, cumulative, side: told } = read.value
      deepEqual(
        [status, price, quantity, cumulative, told],
        ['open', command.order.price, command.order.quantity, 0, side],
      )
      equal((await client.cancel(command)).outcome, 'ack')
      await client.told(command, 'the cancel', ({ kind }) => kind === 'canceled')
    }
  }),
  row('E11', 'limit, immediate or cancel: takes what there is, the rest ends', async client => {
    await takes(client, { side: BUY, price: client.through(BUY), timeInForce: 'ioc' })
    await takes(client, { side: SELL, price: client.through(SELL), timeInForce: 'ioc' })
    await comesToNothing(client, { timeInForce: 'ioc' })
  }),
  row('E12', 'limit, fill or kill: all or nothing', async client => {
    await takes(client, { side: BUY, price: client.through(BUY), timeInForce: 'fok' })
    await takes(client, { side: SELL, price: client.through(SELL), timeInForce: 'fok' })
    await comesToNothing(client, { timeInForce: 'fok' })
  }),
  row('E13', 'post-only: rests', async client => {
    const command = await resting(client, { postOnly: true })
    equal((await client.truthOf(command))?.status, 'open')
    equal((await client.cancel(command)).outcome, 'ack')
  }),
  row('E14', 'post-only that would take is not executed', client =>
    comesToNothing(client, { postOnly: true, price: client.through(BUY) }),
  ),
  row('E16', 'reduce-only closes a position, and no more', async client => {
    await takes(client, { type: 'market', timeInForce: 'ioc', side: BUY })
    await comesToNothing(client, { side: BUY, reduceOnly: true, timeInForce: 'ioc', price: client.through(BUY) })
    await takes(client, { side: SELL, reduceOnly: true, timeInForce: 'ioc', price: client.through(SELL) })
    equal(lotsHeld(client), 0)
  }),
  row(
    'E17',
    'reduce-only on spot: refused before a byte leaves',
    async client => {
      const command = client.wish({ side: SELL, price: client.far(SELL), reduceOnly: true })
      match(client.codec.refusal(command.order) ?? '', /reduce-only/)
      throws(() => client.codec.place(command, client.stage.now()), /a refusal is not written/)
      const { socket } = client.codec
      if (socket !== undefined) throws(() => socket.place(command, '1', client.stage.now()), /is not written/)
      equal(client.codec.refusal(client.wish().order), undefined)
      equal(await client.truthOf(command), undefined)
    },
    ({ side }) => side.instruments[0]!.kind === 'spot',
  ),
  row('E30', 'amend: price and quantity of a resting order', async client => {
    const command = await resting(client)
    const [price, quantity] = [client.far(BUY) - 10, client.lots + 1] as never[]
    const change = {
      clientOrderId: command.clientOrderId,
      venueOrderId: '',
      instrument: 0,
      price: price!,
      quantity: quantity!,
    }
    const { outcome, code, words } = await client.command(client.codec.replace(change, BUY, client.stage.now()))
    equal(outcome, 'ack', `${code} ${words}`)
    await client.told(command, 'the amendment', report => report.kind === 'replaced' && report.price === price)
    const read = await client.ask(command)
    deepEqual(read.kind === 'found' && [read.value.status, read.value.price, read.value.quantity], [
      'open',
      price,
      quantity,
    ])
    equal((await client.cancel(command)).outcome, 'ack')
    await client.told(command, 'the cancel', ({ kind }) => kind === 'canceled')
  }),
  row('E41', 'cancel all, by one request', async client => {
    const commands = [await resting(client), await resting(client), await resting(client, { side: SELL })]
    const at = client.stage.now()
    equal((await client.command(client.codec.cancelAll(0, at) ?? client.codec.cancelAll(-1, at))).outcome, 'ack')
    for (const command of commands) await client.told(command, 'the cancel', ({ kind }) => kind === 'canceled')
  }),
  row('E43', 'a cancel of an order that is closed, or never was: refused, and asked about', async client => {
    const command = await resting(client)
    equal((await client.cancel(command)).outcome, 'ack')
    await client.told(command, 'the cancel', ({ kind }) => kind === 'canceled')
    for (const gone of [command, client.wish()]) {
      const { outcome, advice, code } = await client.cancel(gone)
      deepEqual([outcome, advice], ['definitive_reject', 'query'], code)
    }
  }),
]

/** What an account is told about itself; tried after the life of orders, whose executions it compares. */
export const ACCOUNT_ROWS: readonly Row[] = [
  row('E80', 'executions: those of the query are those of the venue, fees included', async client => {
    const { instrument, stage } = client
    const request = client.codec.fills(instrument.index, 1_699_999_000_000_000 as never, stage.now())
    const read = await client.found(request, client.codec.readFills)
    const facts = (all: readonly { price: number; quantity: number; fee: bigint; feeAsset: string; side: Side }[]) =>
      all.map(({ price, quantity, fee, feeAsset, side }) => `${price} ${quantity} ${fee} ${feeAsset} ${side}`).sort()
    const { account } = stage.keys[0]!
    const done = stage.market.exchange.fills.filter(({ order }) => order.account === account)
    const truth = done.map(({ price, lots, fee, feeAsset, order }) => ({
      price,
      quantity: lots,
      fee,
      feeAsset,
      side: order.side,
    }))
    ok(truth.length > 0, 'something was executed')
    deepEqual(facts(read), facts(truth))
    equal(new Set(read.map(({ tradeId }) => tradeId)).size, read.length, 'no trade id comes twice')
    const told = client.messages.flatMap(each => (each.kind === 'report' && each.report.fill ? [each.report.fill] : []))
    deepEqual(facts(told), facts(truth), 'the private stream told each once')
    deepEqual(told.map(({ tradeId }) => tradeId).sort(), read.map(({ tradeId }) => tradeId).sort())
  }),
  row('E81', 'balances equal those of the venue, to the last unit', async client => {
    const read = await client.found(client.codec.balances(client.stage.now()), client.codec.readBalances)
    const { balances } = await client.truth()
    const scaled = ({ units, decimals }: { units: bigint; decimals: number }): bigint =>
      units * 10n ** BigInt(18 - decimals)
    const exact = (text: string): bigint => {
      const [whole, fraction = ''] = text.split('.') as [string, string?]
      return BigInt(whole + fraction.padEnd(18, '0'))
    }
    const traded = [client.instrument.base.code, client.instrument.quote.code]
    for (const { asset, total, locked } of balances.filter(each => traded.includes(each.asset))) {
      const own = read.find(each => each.asset === asset)
      if (own === undefined && !client.isSpot && asset !== client.instrument.settle.code) continue
      ok(own !== undefined, `${asset} is told`)
      equal(scaled(own.total), exact(total), asset)
      if (client.isSpot) equal(scaled(own.free), exact(total) - exact(locked), `${asset} free`)
    }
  }),
  row('E82', 'positions equal those of the venue', async client => {
    await takes(client, { type: 'market', timeInForce: 'ioc', side: SELL })
    const read = await client.found(client.codec.positions(client.stage.now()), client.codec.readPositions)
    equal(read.find(({ instrument }) => instrument === 0)?.lots, -client.lots)
    equal(lotsHeld(client), -client.lots)
    await takes(client, { type: 'market', timeInForce: 'ioc', side: BUY })
  }),
  row('E83', 'open orders are listed, all and no others', async client => {
    const commands = [await resting(client), await resting(client, { side: SELL })]
    const request = client.codec.openOrders(0, client.stage.now())
    const read = await client.found(request, client.codec.readOpenOrders)
    deepEqual(read.map(({ clientOrderId }) => clientOrderId).sort(), commands.map(each => each.clientOrderId).sort())
    for (const command of commands) equal((await client.cancel(command)).outcome, 'ack')
  }),
  row('E84', 'fee rates are those that are charged', async client => {
    const read = await client.found(client.codec.fees(0, client.stage.now()), client.codec.readFees)
    deepEqual(read, client.instrument.fees)
  }),
  row('E85', 'a key that may withdraw is told, so that live trading can refuse it', async client => {
    for (const key of client.stage.keys) {
      const codec = client.codecFor(key)
      const request = codec.permissions(client.stage.now())
      ok(request !== undefined, 'the venue tells what a key may do')
      const result = codec.readPermissions(request, await client.answer(request))
      deepEqual(result.kind === 'found' && result.value.canWithdraw, key.canWithdraw, key.apiKey)
    }
  }),
  row('E86', 'every private message was understood', async client => {
    deepEqual(
      client.messages.filter(({ kind }) => kind === 'damaged' || kind === 'refused'),
      [],
    )
  }),
]
