import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Fault } from '@velocimex/simulator/fault-plan'
import { amendingOf } from '@velocimex/venues/amending'
import { type GatewayTrial, named } from './gateway-trial.ts'
import type { ConformanceRow } from './market-rows.ts'
import { codecOf } from './venue-codec.ts'
import type { VenueRow } from './venue-rows.ts'

type Row = ConformanceRow<GatewayTrial>

/** Whether an amendment may change more than take quantity away. */
const movesPrices = ({ side }: VenueRow): boolean => amendingOf(side.instruments)[0] !== 'only_shrinks'

/** The next frame of ours that names an order goes wrong. Some venues take our ids without their first letter. */
function strike({ client }: GatewayTrial, { clientOrderId }: PlaceCommand, kind: Fault['kind']): void {
  client.stage.fault({ on: 'message', match: clientOrderId.slice(1), kind })
}

/** Does something in which no request of REST is sent. */
async function withoutRequests(trial: GatewayTrial, run: () => Promise<void>): Promise<void> {
  const { requests } = trial.heard
  await run()
  equal(trial.heard.requests, requests, 'nothing went over REST')
}

/** An order that rests, placed over the socket. */
async function resting(trial: GatewayTrial): Promise<PlaceCommand> {
  const command = trial.client.wish()
  equal(await trial.place(command), 'ack')
  equal((await trial.client.truthOf(command))?.status, 'open')
  return command
}

async function isBack(trial: GatewayTrial): Promise<void> {
  await trial.until('the socket is up again', () => trial.links.commands.isUp && trial.links.isUp)
}

/** Whether a venue takes commands over a socket, at once or after its lessons. */
export function hasSocket(venue: VenueRow): boolean {
  const { socket, lessons } = codecOf(venue)
  return socket !== undefined || lessons !== undefined
}

const row = (id: string, words: string, run: Row['run']): Row => ({
  ...{ id, words, isOffered: hasSocket },
  run: async trial => {
    trial.client.breathe()
    await isBack(trial)
    return run(trial)
  },
})

/** Commands over the venue's socket, by the gateway of a live account; tried on one account. */
export const SOCKET_ROWS: readonly Row[] = [
  row('E90', 'placed and canceled over the socket, without a request of REST', async trial => {
    await withoutRequests(trial, async () => {
      const command = await resting(trial)
      equal(await trial.cancel(command), 'ack')
      equal((await trial.client.truthOf(command))?.status, 'canceled')
    })
  }),
  {
    ...row('E91', 'amended over the socket', async trial => {
      const command = await resting(trial)
      await withoutRequests(trial, async () => {
        const price = (command.order.price! - 10) as Ticks
        const change = { ...named(command), price, quantity: (command.order.quantity + 1) as Lots }
        equal(await trial.outcome('replace', command, ref => trial.gateway.replace(change, ref)), 'ack')
      })
      equal(await trial.askOrder(command), 'open')
      equal(await trial.cancel(command), 'ack')
    }),
    isOffered: venue => hasSocket(venue) && codecOf(venue).socket?.replace !== undefined && movesPrices(venue),
  },
  row('E92', 'refused over the socket: for certain, with the words of the venue', async trial => {
    const command = trial.client.wish({ quantity: trial.client.lots * 1_000_000 })
    await withoutRequests(trial, async () => {
      equal(await trial.place(command), 'definitive_reject')
      equal(await trial.cancel(command), 'definitive_reject')
    })
    equal(await trial.client.truthOf(command), undefined)
  }),
  row(
    'E93',
    'R-REST-03 the socket is cut before an order is done: unknown; asked about over REST, absent',
    async trial => {
      const command = trial.client.wish()
      strike(trial, command, 'not_done')
      equal(await trial.answerTo('place', command), 'unknown')
      equal(await trial.askOrder(command), 'absent')
      await isBack(trial)
      deepEqual(await trial.client.truthsOf(command), [], 'it was not sent again')
    },
  ),
  row('E94', 'R-REST-03 the socket is cut behind an order: unknown; asked about over REST, there once', async trial => {
    const command = trial.client.wish()
    strike(trial, command, 'lost_answer')
    equal(await trial.answerTo('place', command), 'unknown')
    const status = trial.client.row.cancelsWhenCut ? 'canceled' : 'open'
    equal(await trial.askOrder(command), status)
    await isBack(trial)
    const truths = await trial.client.truthsOf(command)
    deepEqual(
      truths.map(truth => truth.status),
      [status],
      'it was placed once',
    )
    if (status === 'open') equal(await trial.cancel(command), 'ack')
  }),
  row('E95', 'R-REST-03 the socket is cut behind a cancel: unknown; asked about over REST, canceled', async trial => {
    const command = await resting(trial)
    strike(trial, command, 'lost_answer')
    equal(await trial.answerTo('cancel', command), 'unknown')
    equal(await trial.askOrder(command), 'canceled')
  }),
  row('E96', 'an answer that never comes: unknown in time; asked about over REST, absent', async trial => {
    const command = trial.client.wish()
    strike(trial, command, 'drop')
    equal(await trial.answerTo('place', command), 'unknown')
    equal(await trial.askOrder(command), 'absent')
    deepEqual(await trial.client.truthsOf(command), [], 'it was not sent again')
  }),
  row('E97', 'while the socket is away, commands go over REST; once it is back, over it', async trial => {
    const { client, links, gateway } = trial
    // What was asked in the rows before counts against the log-ins that follow.
    for (let breath = 0; breath < 5; breath++) client.breathe()
    await isBack(trial)
    client.stage.fault({ on: 'request', match: 'UPGRADE', kind: 'not_done' })
    client.stage.server.closeAll(1001, 'going away')
    await trial.until('the socket is gone', () => !links.commands.isUp)
    const command = client.wish()
    const [{ requests }, open] = [trial.heard, client.openOrders]
    // What some venues answer does not tell what became of it, and the private stream is away too.
    gateway.place(command, trial.ref(command.clientOrderId, 'place'))
    await trial.until('the order rests', () => client.openOrders === open + 1)
    gateway.cancel(named(command), trial.ref(command.clientOrderId, 'cancel'))
    await trial.until('the order is gone', () => client.openOrders === open)
    notEqual(trial.heard.requests, requests)
    equal((await client.truthOf(command))?.status, 'canceled')
    await isBack(trial)
    await withoutRequests(trial, async () => {
      equal(await trial.cancel(await resting(trial)), 'ack')
    })
  }),
]
