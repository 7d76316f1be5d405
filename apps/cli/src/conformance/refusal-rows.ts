import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Fault } from '@velocimex/simulator/fault-plan'
import type { VenueRequest } from '@velocimex/venues/order-venue'
import type { ConformanceRow } from './market-rows.ts'
import type { OrderClient } from './order-client.ts'

type Row = ConformanceRow<OrderClient>

/** The next request to the address of another goes wrong. */
function strike(
  client: OrderClient,
  { method, path }: VenueRequest,
  fault: Partial<Fault> & Pick<Fault, 'kind'>,
): void {
  client.stage.fault({ on: 'request', match: `${method} ${path.split('?')[0]}`.slice(0, 200), ...fault })
}

/** Places an order at which a status is thrown before the venue has seen it. */
function answeredWith(
  status: number,
  body: string,
  outcomes: readonly string[],
  advices: readonly string[],
): Row['run'] {
  return async client => {
    const command = client.wish()
    const request = client.codec.place(command, client.stage.now())
    strike(client, request, { kind: 'status', status, body })
    const { outcome, advice } = await client.command(request)
    ok(outcomes.includes(outcome) && advices.includes(advice), `${outcome}, ${advice}`)
    equal(await client.truthOf(command), undefined)
    equal((await client.ask(command)).kind, 'absent', 'asking says that it was never there')
  }
}

const row = (id: string, words: string, run: Row['run'], isOffered?: Row['isOffered']): Row => ({
  ...{ id, words, ...(isOffered === undefined ? {} : { isOffered }) },
  run: client => {
    client.breathe()
    return run(client)
  },
})

/** What a venue refuses, and answers of which nothing can be concluded; tried on one account. */
export const REFUSAL_ROWS: readonly Row[] = [
  row('E70', 'an id that was used for an open order: placed once, never twice', async client => {
    const command = client.wish()
    equal((await client.place(command)).outcome, 'ack')
    const { outcome, advice } = await client.place(command)
    ok(outcome === 'ack' || (outcome === 'unknown' && advice === 'query'), `${outcome}, ${advice}`)
    const { orders } = await client.truth()
    equal(orders.filter(({ status }) => status === 'open').length, 1)
    equal((await client.cancel(command)).outcome, 'ack')
  }),
  row('E71', 'more than the account has: refused for certain', async client => {
    const command = client.wish({ quantity: client.lots * 1_000_000 })
    const { outcome, advice, code } = await client.place(command)
    deepEqual([outcome, advice], ['definitive_reject', 'none'], code)
    equal(await client.truthOf(command), undefined)
  }),
  row('E72', 'R-REST-03 the answer is lost: unknown, and found by asking', async client => {
    const command = client.wish()
    const request = client.codec.place(command, client.stage.now())
    strike(client, request, { kind: 'lost_answer' })
    equal((await client.send(request)).kind, 'unknown')
    const read = await client.ask(command)
    equal(read.kind === 'found' && read.value.status, 'open')
    const { orders } = await client.truth()
    equal(orders.filter(({ status }) => status === 'open').length, 1)
    equal((await client.cancel(command)).outcome, 'ack')
  }),
  row('E73', 'R-REST-03 the line is cut before it is done: unknown, and absent by asking', async client => {
    const command = client.wish()
    const request = client.codec.place(command, client.stage.now())
    strike(client, request, { kind: 'not_done' })
    equal((await client.send(request)).kind, 'unknown')
    equal((await client.ask(command)).kind, 'absent')
  }),
  row('E74', 'R-REST-03 the answer is garbage: unknown, and found by asking', async client => {
    for (const kind of ['garbage', 'truncate'] as const) {
      const command = client.wish()
      const request = client.codec.place(command, client.stage.now())
      strike(client, request, { kind })
      const { outcome, advice } = await client.command(request)
      deepEqual([outcome, advice], ['unknown', 'query'], kind)
      const read = await client.ask(command)
      equal(read.kind === 'found' && read.value.status, 'open')
      equal((await client.cancel(command)).outcome, 'ack')
    }
  }),
  row('E75', 'R-REST-01 429: wait', answeredWith(429, '', ['unknown', 'definitive_reject'], ['back_off'])),
  row(
    'E76',
    'R-REST-02 403: full stop, or halt',
    answeredWith(403, '<html>Forbidden', ['unknown', 'definitive_reject'], ['banned', 'halt']),
  ),
  row(
    'E77',
    'R-REST-02 418: never an acknowledgement',
    answeredWith(418, '', ['unknown', 'definitive_reject'], ['banned', 'query', 'back_off']),
  ),
  row('E78', 'R-REST-03 503: unknown, and asked about', answeredWith(503, '', ['unknown'], ['query', 'back_off'])),
  row('E79', 'while trading is halted: refused for certain; what rests stays, and can be canceled', async client => {
    const rests = client.wish()
    equal((await client.place(rests)).outcome, 'ack')
    client.stage.setOpen(0, false)
    const refused = client.wish()
    const { outcome, advice, code } = await client.place(refused)
    // Some say to wait, or that a person should look; none leaves it open what became of the order.
    equal(outcome, 'definitive_reject', code)
    ok(advice !== 'query', advice)
    equal(await client.truthOf(refused), undefined)
    equal((await client.truthOf(rests))?.status, 'open')
    equal((await client.cancel(rests)).outcome, 'ack')
    client.stage.setOpen(0, true)
    const again = client.wish()
    equal((await client.place(again)).outcome, 'ack')
    equal((await client.cancel(again)).outcome, 'ack')
  }),
]
