import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEMO_KEYS, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { DEMO_VENUES } from '@velocimex/trader/service/demo-config'
import { SIDES } from '@velocimex/venues/sides'
import { askTrader } from '../trader-client.ts'
import { TraderProcess } from './trader-process.ts'

const READY_MAX_MS = 60_000

interface Account {
  readonly name: string
  readonly openOrders: number
  readonly placed: number
  readonly stop: {
    readonly number: number
    readonly phase: string
    readonly trigger: string
    readonly reason: string
  } | null
  readonly mode: { readonly posture: string; readonly conditions: readonly string[] }
}
interface Status {
  readonly accounts: readonly Account[]
}
interface Stage {
  readonly directory: string
  readonly venues: string
  /** Orders of ours that a venue holds open now, at all venues. */
  openAtVenues(): Promise<number>
}

async function withVenues(trial: (stage: Stage) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'stop-'))
  const running = await Promise.all(
    DEMO_VENUES.map((name, at) =>
      SimulatedVenue.start({ side: SIDES.get(name)!, seed: 40 + at, port: 0, controlPort: 0 }),
    ),
  )
  const addresses = running.map(({ port, controlPort }, at) => ({
    ...{ venue: DEMO_VENUES[at]!, rest: `http://127.0.0.1:${port}`, sockets: `ws://127.0.0.1:${port}` },
    ...{ control: `http://127.0.0.1:${controlPort}`, keys: DEMO_KEYS },
  }))
  const venues = join(directory, 'venues.json')
  writeFileSync(venues, JSON.stringify(addresses))
  const openAtVenues = async (): Promise<number> => {
    let open = 0
    for (const { control } of addresses) {
      const truth = (await (await fetch(`${control}/truth`)).json()) as {
        accounts: { account: number; orders: { status: string }[] }[]
      }
      const ours = truth.accounts.find(({ account }) => account === 1)!
      open += ours.orders.filter(({ status }) => status === 'open').length
    }
    return open
  }
  try {
    await trial({ directory, venues, openAtVenues })
  } finally {
    await Promise.all(running.map(venue => venue.stop()))
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Asks until an answer is as it should be, for at most twenty seconds. */
async function until<T>(ask: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  const end = performance.now() + READY_MAX_MS
  for (;;) {
    const value = await ask()
    if (is(value)) return value
    if (performance.now() > end) throw new Error(`it never became so: ${JSON.stringify(value)}`)
    await new Promise(done => setTimeout(done, 20))
  }
}

test('R-KILL-06 R-ES-01 killed while the stop runs: it is engaged after every restart, and every order is canceled', () =>
  withVenues(async ({ directory, venues, openAtVenues }) => {
    let trader = new TraderProcess(directory, venues)
    const status = (): Promise<Status> => trader.ask<Status>('/status')
    try {
      await trader.ready(READY_MAX_MS)
      await until(openAtVenues, open => open > 0)
      await askTrader(directory, 'POST', '/stop', { reason: 'kill while stopping' })
      await trader.kill() // The answer came before the first cancel was confirmed.

      trader = new TraderProcess(directory, venues)
      const first = await until(
        () => status().catch(() => undefined),
        told => told !== undefined,
      )
      for (const { stop } of first!.accounts)
        deepEqual([stop?.number, stop?.trigger, stop?.reason], [1, 'manual', 'kill while stopping'])
      await trader.kill() // Again, while it resumes.

      trader = new TraderProcess(directory, venues)
      await trader.ready(READY_MAX_MS)
      const done = await until(status, ({ accounts }) => accounts.every(({ stop }) => stop?.phase === 'observing'))
      equal(await openAtVenues(), 0)
      for (const { placed, openOrders, mode } of done.accounts)
        deepEqual([placed, openOrders, mode.posture], [0, 0, 'observe'])

      await askTrader(directory, 'POST', '/resume', { reason: 'looked at everything' })
      await until(status, ({ accounts }) => accounts.some(({ placed }) => placed > 0))
    } finally {
      await trader.end()
    }
  }))

test('limits that a person changed are those of the next start, and flattening closes what is held', () =>
  withVenues(async ({ directory, venues, openAtVenues }) => {
    let trader = new TraderProcess(directory, venues)
    const held = async (): Promise<readonly string[]> =>
      (await trader.ask<{ positions: { quantity: string }[] }>('/positions')).positions.map(each => each.quantity)
    try {
      await trader.ready(READY_MAX_MS)
      const change = { account: 'binance-usdm', symbol: 'BTCUSDT', limit: 'position', value: '0.021' }
      await askTrader(directory, 'POST', '/risk', change)
      await trader.kill()
      trader = new TraderProcess(directory, venues)
      await trader.ready(READY_MAX_MS)
      const { limits } = await trader.ask<{ limits: { account: string; position: string }[] }>('/risk')
      equal(limits.find(({ account }) => account === 'binance-usdm')!.position, '0.021')

      await until(held, quantities => quantities.some(quantity => Number(quantity) !== 0))
      await askTrader(directory, 'POST', '/stop', { reason: 'out of everything', flatten: true })
      await until(
        () => trader.ask<Status>('/status'),
        ({ accounts }) => accounts.every(({ stop }) => stop?.phase === 'observing'),
      )
      ok((await held()).every(quantity => Number(quantity) === 0))
      equal(await openAtVenues(), 0)
    } finally {
      await trader.end()
    }
  }))

test('R-ES-02 an operator who falls silent: every account stops, every order is canceled, and nobody quotes again', () =>
  withVenues(async ({ directory, venues, openAtVenues }) => {
    const trader = new TraderProcess(directory, venues, ['--dead-man', '3'])
    try {
      await trader.ready(READY_MAX_MS)
      await until(openAtVenues, open => open > 0)
      // Nothing but the venues is asked from here on.
      let quiet = 0 // Between two quotes there may be none for a moment, too.
      await until(openAtVenues, open => {
        quiet = open === 0 ? quiet + 1 : 0
        return quiet >= 50
      })
      const { accounts } = await trader.ask<Status>('/status')
      for (const { stop } of accounts) {
        equal(stop?.trigger, 'health')
        match(stop!.reason, /^operator has not been heard for \d/)
      }
    } finally {
      await trader.end()
    }
  }))
