import { deepEqual, equal, ok } from 'node:assert/strict'
import { SELL } from '@velocimex/core/market/side'
import type { OrderView } from '@velocimex/core/order/order'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import type { DeskTrial } from './desk-trial.ts'
import type { ConformanceRow } from './market-rows.ts'

type Row = ConformanceRow<DeskTrial>

const ALWAYS = 1_000_000

/** What tells a request from others in `METHOD /path?query body`: its method where all go to one path. */
function markOf({ method, path, body }: VenueRequest): string {
  const rpc = /"method":"[^"]*"/.exec(body ?? '')?.[0]
  return (rpc ?? `${method} ${path.split('?')[0]}`).slice(0, 200)
}

/** From now on the venue answers questions for orders as it answers them while there is none. */
async function knowsNoOrders({ trial }: DeskTrial): Promise<void> {
  const { client, codec, timers } = trial
  const { clientOrderId } = client.wish()
  const asked: VenueRequest[] = []
  for (let turn = 0; turn < 4; turn++) {
    const request = codec.order(clientOrderId, '', 0, timers.now())
    asked.push(request)
    const answer = await client.answer(request)
    client.stage.fault({ on: 'request', match: markOf(request), kind: 'status', ...answerAs(answer), times: ALWAYS })
    if (codec.readOrder(request, answer).kind === 'absent') break
  }
  const open = codec.openOrders(-1, timers.now())
  if (asked.some(request => markOf(request) === markOf(open))) return
  const answer = await client.answer(open)
  client.stage.fault({ on: 'request', match: markOf(open), kind: 'status', ...answerAs(answer), times: ALWAYS })
}

const answerAs = ({ status, body }: { readonly status: number; readonly body: string }) => ({ status, body })

/** An order of which only the venue knows what became of it, while nothing is told on sockets. */
async function doubted(desk: DeskTrial): Promise<OrderView> {
  const { client, codec, timers } = desk.trial
  const { stage } = client
  stage.server.plan.isSilent = true
  if (codec.socket === undefined) {
    const match = markOf(codec.place(client.wish(), timers.now()))
    stage.fault({ on: 'request', match, kind: 'lost_answer' })
  }
  const order = desk.place()
  await desk.becomes(order, 'unknown')
  return order
}

async function ends(desk: DeskTrial, order: OrderView): Promise<void> {
  equal(desk.desk.cancel(order.clientOrderId).ok, true)
  await desk.becomes(order, 'canceled')
}

/** Whether the venue has an order exactly once. */
async function isThereOnce({ trial, commandOf }: DeskTrial, order: OrderView): Promise<void> {
  equal((await trial.client.truthsOf(commandOf(order))).length, 1)
}

const row = (id: string, words: string, run: Row['run']): Row => ({
  id,
  words,
  async run(desk) {
    desk.trial.client.breathe()
    await desk.trial.until('the private stream is up', () => desk.trial.links.isUp)
    return run(desk)
  },
})

/** What an account knows of its orders while the venue does not answer; tried on one account. */
export const DESK_ROWS: readonly Row[] = [
  row(
    'E50',
    'R-REST-04 “no such order” for three seconds, and then it is there: never taken for absent',
    async desk => {
      const { server } = desk.trial.client.stage
      await knowsNoOrders(desk)
      const order = await doubted(desk)
      await desk.pass(3_000)
      equal(order.state, 'unknown')
      equal(desk.desk.place(desk.trial.client.wish().order).ok, false, 'nothing is added while it is in doubt')
      server.plan.clear()
      await desk.becomes(order, 'submitted')
      await isThereOnce(desk, order)
      await ends(desk, order)
    },
  ),
  row(
    'E51',
    'R-REST-05 while questions have no answers, an order in doubt stays in doubt, and nothing is added',
    async desk => {
      const { client, codec, timers } = desk.trial
      const { plan } = client.stage.server
      const open = codec.openOrders(-1, timers.now())
      const one = codec.order(client.wish().clientOrderId, '', 0, timers.now())
      for (const match of new Set([markOf(open), markOf(one)]))
        client.stage.fault({ on: 'request', match, kind: 'garbage', times: ALWAYS })
      const order = await doubted(desk)
      await desk.pass(10_000)
      equal(order.state, 'unknown')
      equal(desk.desk.place(client.wish().order).ok, false)
      plan.clear()
      await desk.becomes(order, 'submitted')
      await isThereOnce(desk, order)
      await ends(desk, order)
    },
  ),
  row(
    'E52',
    'R-WS-08 the private stream ends and an order fills meanwhile: it is told once, when the stream is back',
    async desk => {
      const { client, links } = desk.trial
      const order = desk.place({ side: SELL, price: client.best(SELL), postOnly: true })
      await desk.becomes(order, 'submitted')
      const before = desk.fills.length
      client.stage.server.closeAll(1001, 'going away')
      await desk.trial.until('the stream is gone', () => !links.isUp)
      client.stage.sweep(0)
      const fate = client.row.cancelsWhenCut ? 'canceled' : 'filled'
      await desk.becomes(order, fate)
      const told = desk.fills.slice(before).map(({ tradeId }) => tradeId)
      equal(new Set(told).size, told.length, 'no trade is told twice')
      const { fills } = await client.truth()
      const done = fills.filter(({ clientOrderId }) => clientOrderId.includes(order.clientOrderId.slice(1)))
      equal(told.length, done.length)
      ok(fate === 'canceled' || done.length > 0)
    },
  ),
  row('E53', 'R-WS-07 the private stream is open and silent: an audit finds what was filled', async desk => {
    const { client } = desk.trial
    await desk.trial.until('the stream is back', () => desk.trial.links.isUp)
    const order = desk.place({ side: SELL, price: client.best(SELL), postOnly: true })
    await desk.becomes(order, 'submitted')
    client.stage.server.plan.isSilent = true
    client.stage.sweep(0)
    await desk.becomes(order, 'filled')
    client.stage.server.plan.isSilent = false
    const own = desk.fills.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId)
    equal(
      own.reduce((lots, { quantity }) => lots + quantity, 0),
      order.request.quantity,
    )
    deepEqual(
      desk.alerts.filter(words => words.startsWith('order_lost')),
      [],
    )
  }),
]
