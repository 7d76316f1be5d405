import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { PlaceCommand } from '@velocimex/core/execution/order-gateway'
import type { Fault } from '@velocimex/simulator/fault-plan'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import { type GatewayTrial, named } from './gateway-trial.ts'
import type { ConformanceRow } from './market-rows.ts'

type Row = ConformanceRow<GatewayTrial>

/** Microseconds by which our clock is wrong: more than any venue bears. */
export const WRONG_BY = -150_000_000
/** Orders that are tried until one is let out, one in so many milliseconds of the venue. */
const TURNS = 50
const TURN_MS = 100

/** The next requests to the address of another go wrong. */
function strike(
  { client }: GatewayTrial,
  { method, path }: VenueRequest,
  fault: Partial<Fault> & Pick<Fault, 'kind'>,
): void {
  client.stage.fault({ on: 'request', match: `${method} ${path.split('?')[0]}`.slice(0, 200), ...fault })
}

/** Places an order that the venue's front answers with a status. */
async function metWith(trial: GatewayTrial, status: number, headers: Record<string, string> = {}): Promise<void> {
  const command = trial.client.wish()
  strike(trial, trial.codec.place(command, trial.timers.now()), { kind: 'status', status, headers })
  ok(['unknown', 'definitive_reject'].includes(await trial.place(command)))
  equal(await trial.client.truthOf(command), undefined)
}

/** Nothing leaves, whatever is asked for. */
async function nothingLeaves(trial: GatewayTrial): Promise<void> {
  const { requests } = trial.heard
  const command = trial.client.wish()
  equal(await trial.place(command), 'not_sent')
  match(await trial.askOrder(command, 1), /^failure/)
  equal(trial.heard.requests, requests)
}

/** The venue's time passes, and then an order is let out. */
async function goesAgain(trial: GatewayTrial, afterMs: number): Promise<void> {
  const { client } = trial
  client.stage.settle(afterMs)
  const before = client.openOrders
  for (let turn = 0; turn < TURNS && (await isHeldBack(trial, client.wish())); turn++) client.stage.settle(TURN_MS)
  await trial.until('the order rests', () => client.openOrders === before + 1)
}

/** Places an order. @returns whether our own limits kept it */
async function isHeldBack(trial: GatewayTrial, command: PlaceCommand): Promise<boolean> {
  const { client } = trial
  const before = client.openOrders
  const outcome = trial.place(command)
  return Promise.race([
    outcome.then(kind => kind === 'not_sent'),
    trial.until('the order rests', () => client.openOrders > before).then(() => false),
  ])
}

const row = (id: string, words: string, run: Row['run']): Row => ({
  id,
  words,
  run: trial => {
    trial.client.breathe()
    return run(trial)
  },
})

/** Commands and questions over REST, by the gateway of a live account; tried on one account. */
export const REST_ROWS: readonly Row[] = [
  row('E60', 'R-REST-01 429: nothing is sent until the wait is over, told or not', async trial => {
    await metWith(trial, 429)
    await nothingLeaves(trial)
    await goesAgain(trial, 1_200)
    await metWith(trial, 429, { 'retry-after': '6' })
    trial.client.stage.settle(4_000)
    await nothingLeaves(trial)
    await goesAgain(trial, 2_200)
    ok(trial.advice.some(words => words.startsWith('slow')))
  }),
  row('E62', 'R-REST-05 questions without a whole answer prove nothing; the order stays', async trial => {
    const command = trial.client.wish()
    equal(await trial.place(command), 'ack')
    const { clientOrderId } = command
    const request = trial.codec.order(clientOrderId, '', 0, trial.timers.now())
    for (const fault of [{ kind: 'status', status: 503 }, { kind: 'lost_answer' }, { kind: 'garbage' }] as const) {
      strike(trial, request, fault)
      match(await trial.askOrder(command, 1), /^failure/, fault.kind)
    }
    equal(await trial.askOrder(command), 'open')
    equal(await trial.cancel(command), 'ack')
  }),
  row(
    'E63',
    'R-REST-06 a cancel of an order that was just filled: refused; asked about, filled; nobody is alarmed',
    async trial => {
      const { client, advice } = trial
      const command = client.wish({ price: client.through(1) })
      equal(await trial.place(command), 'ack')
      await client.told(command, 'the fill', ({ leaves, fill }) => fill !== undefined && leaves === 0)
      const before = advice.length
      equal(await trial.cancel(command), 'definitive_reject')
      equal(await trial.askOrder(command), 'filled')
      deepEqual(advice.slice(before), [])
    },
  ),
  row('E64', 'R-REST-07 a batch: each order has its own outcome, none is made up', async trial => {
    const { client } = trial
    const [good, lost, large] = [client.wish(), client.wish(), client.wish({ quantity: client.lots * 1_000_000 })]
    const { clientOrderId } = lost
    const { path, method, body } = trial.codec.place(lost, trial.timers.now())
    const inPath = path.includes(clientOrderId.slice(1))
    ok(inPath || body?.includes(clientOrderId.slice(1)), 'the request names the order')
    client.stage.fault({ on: 'request', match: clientOrderId.slice(1), kind: 'lost_answer' })
    equal(method, 'POST')
    const refs = [good, lost, large].map(each => trial.ref(each.clientOrderId, 'place'))
    trial.gateway.placeBatch([good, lost, large].map((each, at) => ({ ...each, stamp: refs[at]! })))
    deepEqual(await Promise.all(refs.map(ref => trial.settled(ref))), ['ack', 'unknown', 'definitive_reject'])
    equal(await trial.askOrder(lost), 'open')
    for (const each of [good, lost]) equal(await trial.cancel(each), 'ack')
  }),
  row('E67', 'R-REST-10 cancel and place anew, half of it lost: both are known, nothing is doubled', async trial => {
    const { client, gateway } = trial
    const [old, fresh, before] = [client.wish(), client.wish(), client.openOrders]
    equal(await trial.place(old), 'ack')
    strike(trial, trial.codec.cancel(named(old), trial.timers.now()), { kind: 'lost_answer' })
    const [cancel, place] = [trial.ref(old.clientOrderId, 'cancel'), trial.ref(fresh.clientOrderId, 'place')]
    gateway.cancelReplace(named(old), fresh, { ...cancel })
    ok(['unknown', 'ack'].includes(await trial.settled(cancel)))
    await trial.settled({ ...place, command: cancel.command })
    equal(await trial.askOrder(old), 'canceled')
    equal(await trial.askOrder(fresh), 'open')
    equal(client.openOrders, before + 1)
    equal(await trial.cancel(fresh), 'ack')
  }),
  row('E61', 'R-REST-02 403: a full stop, but for one probe a minute', async trial => {
    await metWith(trial, 403)
    await nothingLeaves(trial)
    trial.client.stage.settle(50_000)
    await nothingLeaves(trial)
    await goesAgain(trial, 11_000)
    ok(trial.advice.some(words => words.startsWith('ban')))
  }),
]

/** As `REST_ROWS`, by an account whose secret is wrong. */
export const DENIED_ROWS: readonly Row[] = [
  row('E65', 'R-REST-08 a signature that is refused: told, and nothing more is sent', async trial => {
    const command = trial.client.wish()
    equal(await trial.place(command), 'definitive_reject')
    await nothingLeaves(trial)
    ok(trial.advice.some(words => words.startsWith('breaker_open')))
    equal(await trial.client.truthOf(command), undefined)
  }),
]

/** As `REST_ROWS`, by an account whose clock is wrong. */
export const LATE_ROWS: readonly Row[] = [
  row('E66', 'R-REST-09 our clock is wrong: it is set, and the order goes out once more under its id', async trial => {
    const command = trial.client.wish()
    equal(await trial.place(command), 'ack', trial.advice.join('; '))
    equal((await trial.client.truthsOf(command)).length, 1)
    ok(Math.abs(trial.gateway.now() - trial.client.stage.now()) < 1_000_000, 'our time is the venue’s')
    ok(trial.advice.some(words => words.startsWith('sync_clock')))
    equal(await trial.cancel(command), 'ack')
  }),
]
