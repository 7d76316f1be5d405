import { equal } from 'node:assert/strict'
import type { ConformanceRow } from './market-rows.ts'
import type { OrderClient } from './order-client.ts'
import { codecOf } from './venue-codec.ts'

type Row = ConformanceRow<OrderClient>

const DEAD_MAN_MS = 10_000
/** Less than the venue waits for a sign of life, and two of it are more. */
const SIGN_MS = 6_000
/** How long a session is kept, and how often it is renewed at least: beyond the end of every one that is not. */
const KEPT_MS = 660_000
const RENEWALS_MIN = 4

async function sayAlive(client: OrderClient): Promise<void> {
  const request = client.codec.deadMan(0, DEAD_MAN_MS, client.stage.now())
  if (request !== undefined) equal((await client.command(request)).outcome, 'ack')
}

/** Keeps the private session alive, as its stream says, until it would have ended. */
async function renew(client: OrderClient): Promise<void> {
  const { renewal } = client.codec.stream
  const everyMs = (renewal!.every / 1000) * 0.9
  for (let turn = 0; turn < Math.max(RENEWALS_MIN, KEPT_MS / everyMs); turn++) {
    client.stage.settle(everyMs, everyMs > 600_000 ? 1_000 : 50)
    const { frames } = client.stage.server.counts
    const sent = client.keepAlive()
    await client.until('the venue has heard it', () => client.stage.server.counts.frames >= frames + sent)
    const request = renewal!.request?.('', client.stage.now())
    if (request !== undefined) equal((await client.answer(request)).status, 200)
  }
}

/** What keeps an account safe when nobody looks; tried on one account. */
export const CARE_ROWS: readonly Row[] = [
  {
    id: 'E87',
    words: 'the private session is renewed, and tells of orders beyond the time that it had',
    isOffered: venue => codecOf(venue).stream.renewal !== undefined,
    async run(client) {
      await renew(client)
      const command = client.wish()
      equal((await client.place(command)).outcome, 'ack')
      await client.told(command, 'the acceptance', ({ kind }) => kind === 'accepted')
      equal((await client.cancel(command)).outcome, 'ack')
    },
  },
  {
    id: 'E44',
    words: 'the venue’s dead-man switch: orders stay while we give signs of life, and end when we do not',
    isOffered: ({ cancelsWhenCut, ...venue }) =>
      cancelsWhenCut === true || codecOf(venue).deadMan(0, DEAD_MAN_MS, 1 as never) !== undefined,
    async run(client) {
      const command = client.wish()
      equal((await client.place(command)).outcome, 'ack')
      await sayAlive(client)
      client.stage.settle(SIGN_MS)
      client.keepAlive()
      await sayAlive(client)
      client.stage.settle(SIGN_MS)
      equal((await client.truthOf(command))?.status, 'open')
      // Some venues watch the private socket instead of a clock.
      await client.hangUp()
      client.stage.settle(DEAD_MAN_MS + 1_000)
      equal((await client.truthOf(command))?.status, 'canceled')
    },
  },
]
