import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DEMO_KEYS, SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { PostgresServer, skipPostgres } from '@velocimex/store/sql/postgres-server.conformance'
import { DEMO_VENUES } from '@velocimex/trader/service/demo-config'
import { SIDES } from '@velocimex/venues/sides'
import { TraderProcess } from './chaos/trader-process.ts'
import { askTrader } from './trader-client.ts'

const cli = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))

function velocimex(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(process.execPath, [cli, ...args], { maxBuffer: 1 << 26 }, (cause, out, err) => {
      done({ code: cause === null ? 0 : Number(cause.code), out, err })
    })
  })
}

interface Truth {
  readonly accounts: readonly {
    readonly account: number
    readonly balances: readonly { readonly asset: string; readonly total: string }[]
    readonly fills: readonly {
      readonly clientOrderId: string
      readonly side: number
      readonly price: string
      readonly quantity: string
    }[]
  }[]
}
interface Statements {
  readonly statements: readonly {
    readonly account: string
    readonly rows: readonly {
      readonly event: string
      readonly cause: string
      readonly amount: string
      readonly balance: string
    }[]
  }[]
}
interface Status {
  readonly accounts: readonly { readonly fills: number; readonly openOrders: number }[]
}

/** A trader over three simulated venues that outlive it. */
class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'history-'))
  readonly #venues: readonly SimulatedVenue[]
  readonly #more: readonly string[]
  trader: TraderProcess

  private constructor(venues: readonly SimulatedVenue[], more: readonly string[]) {
    this.#venues = venues
    this.#more = more
    const addresses = venues.map(({ port, controlPort }, at) => ({
      ...{ venue: DEMO_VENUES[at]!, rest: `http://127.0.0.1:${port}`, sockets: `ws://127.0.0.1:${port}` },
      ...{ control: `http://127.0.0.1:${controlPort}`, keys: DEMO_KEYS },
    }))
    writeFileSync(join(this.directory, 'venues.json'), JSON.stringify(addresses))
    this.trader = this.begin()
  }

  static async start(...more: readonly string[]): Promise<Stage> {
    const venues = DEMO_VENUES.map((name, at) =>
      SimulatedVenue.start({ side: SIDES.get(name)!, seed: 21 + at, port: 0, controlPort: 0 }),
    )
    return new Stage(await Promise.all(venues), more)
  }

  begin(): TraderProcess {
    this.trader = new TraderProcess(this.directory, join(this.directory, 'venues.json'), this.#more)
    return this.trader
  }

  /** Waits until the trader has this many fills. */
  async traded(fills: number): Promise<void> {
    await this.trader.ready(20_000)
    const status = (): Promise<Status> => this.trader.ask<Status>('/status')
    await until(status, ({ accounts }) => accounts.reduce((sum, each) => sum + each.fills, 0) >= fills)
  }

  /** Something happens at the first venue, by its control surface. */
  async told(what: string, body: object): Promise<void> {
    const address = `http://127.0.0.1:${this.#venues[0]!.controlPort}/${what}`
    equal((await fetch(address, { method: 'POST', body: JSON.stringify(body) })).status, 200)
  }

  /** The venues' own fills and balances by account, as lines. */
  async truth(): Promise<{ fills: string[]; cash: string[] }> {
    const all = await Promise.all(
      this.#venues.map(async ({ controlPort }, at) => {
        const told = (await (await fetch(`http://127.0.0.1:${controlPort}/truth`)).json()) as Truth
        const ours = told.accounts.find(({ account }) => account === 1)!
        const name = DEMO_VENUES[at]!
        const total = ours.balances.find(({ asset }) => asset === 'USDT')!.total
        return {
          fills: ours.fills.map(each =>
            [
              name,
              each.clientOrderId,
              each.side === 1 ? 'buy' : 'sell',
              Number(each.price),
              Number(each.quantity),
            ].join(' '),
          ),
          cash: `${name} ${Number(total)}`,
        }
      }),
    )
    return { fills: all.flatMap(({ fills }) => fills).sort(), cash: all.map(({ cash }) => cash) }
  }

  /** What the database has, as the commands tell it. */
  async stored(): Promise<{ fills: string[]; cash: string[] }> {
    const { fills } = await this.json<{ fills: Record<string, string>[] }>('history', 'fills', '--limit', '100000')
    const { statements } = await this.json<Statements>('ledger', 'statement')
    return {
      fills: fills
        .map(each =>
          [each['account'], each['order'], each['side'], Number(each['price']), Number(each['quantity'])].join(' '),
        )
        .sort(),
      cash: statements.map(({ account, rows }) => `${account} ${Number(rows.at(-1)!.balance)}`),
    }
  }

  /** The answer of a command over this trader's folder and database. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, out, err } = await velocimex(...args, '--dir', this.directory, '--json', ...this.#more)
    equal(code, 0, err)
    return JSON.parse(out) as T
  }

  /** Stops trading, and waits until the database says what the venues say. */
  async settled(): Promise<void> {
    await askTrader(this.directory, 'POST', '/stop', { reason: 'the test ends' })
    await until(
      () => this.trader.ask<Status>('/status'),
      ({ accounts }) => accounts.every(({ openOrders }) => openOrders === 0),
    )
    let pair = [await this.stored(), await this.truth()] as const
    for (let tries = 0; tries < 20 && JSON.stringify(pair[0]) !== JSON.stringify(pair[1]); tries++)
      pair = [await this.stored(), await this.truth()]
    deepEqual(pair[0], pair[1])
  }

  async end(): Promise<void> {
    await this.trader.end()
    await Promise.all(this.#venues.map(venue => venue.stop()))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

async function until<T>(ask: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 20_000; tries++) {
    const value = await ask()
    if (is(value)) return value
  }
  throw new Error('it never became so')
}

test('S2-AUD-1 X-25 kills, an orderly end, a lost database: the database has every fill of the venues once, the statement their cash; an edited audit entry is found', async () => {
  const stage = await Stage.start()
  try {
    for (const fills of [3, 6, 9]) {
      await stage.traded(fills)
      if (fills === 6) await stage.trader.end()
      else await stage.trader.kill()
      // The journal and its snapshot are the truth: what never came to the spool is there after the next start.
      if (fills === 6)
        for (const name of readdirSync(stage.directory).filter(each => /^(velocimex\.sqlite|spool)/.test(each)))
          rmSync(join(stage.directory, name), { recursive: true })
      stage.begin()
    }
    await stage.traded(12)
    await stage.told('deposit', { account: 1, asset: 'USDT', amount: '7.25' })
    await stage.told('funding', { symbol: 'BTCUSDT', rate: 1_000_000_000 })
    await stage.settled()
    const { statements } = await stage.json<Statements>('ledger', 'statement', '--account', DEMO_VENUES[0]!)
    const deposits = statements[0]!.rows.filter(({ event }) => event === 'deposit')
    deepEqual(
      deposits.map(({ amount }) => Number(amount)),
      [100_000, 7.25],
    )
    match(deposits[1]!.cause, /^deposit DEPOSIT \d+/)
    match((await velocimex('ledger', 'balance', '--dir', stage.directory)).out, /from outside USDT +7\.25/)
    const { orders } = await stage.json<{ orders: { order: string; status: string; timestamp: number }[] }>(
      'history',
      'orders',
      '--limit',
      '100000',
    )
    ok(orders.some(({ status }) => status === 'filled'))
    const steps = orders
      .filter(({ order }) => !order.startsWith('refused'))
      .map(each => `${each.timestamp} ${each.order} ${each.status}`)
    equal(new Set(steps).size, steps.length, 'no step is there twice')

    equal((await velocimex('resume', 'to be audited', '--dir', stage.directory)).code, 0)
    equal(
      (await velocimex('risk', 'set', 'okx-swap', 'BTC-USDT-SWAP', 'position', '4', '--dir', stage.directory)).code,
      0,
    )
    const whole = await stage.json<{ disk: { count: number } }>('audit', 'verify')
    equal(whole.disk.count, 3)
    equal(statSync(join(stage.directory, 'audit.key')).mode & 0o777, 0o600)
    await stage.trader.end()
    const folder = join(stage.directory, 'audit')
    const path = join(folder, readdirSync(folder).find(name => name.endsWith('.jsonl'))!)
    const text = readFileSync(path, 'utf8')
    const entries = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, string>)
    deepEqual(
      entries.map(({ action }) => action),
      ['stop', 'resume', 'risk.set'],
    )
    match(entries[2]!['before']!, /"position":"5/)
    match(entries[2]!['after']!, /"position":"4"/)
    writeFileSync(path, text.replace('to be audited', 'to be admired'))
    const edited = await velocimex('audit', 'verify', '--dir', stage.directory)
    equal(edited.code, 1)
    match(edited.err, /entry 1 is bad \(edited\)/)
    stage.begin()
    await damageIsAcknowledged(stage)
  } finally {
    await stage.end()
  }
})

interface Audited {
  readonly audit: { readonly breaks: readonly string[]; readonly pending: string | null }
  readonly refusals: Readonly<Record<string, number>>
  readonly accounts: readonly {
    readonly openOrders: number
    readonly mode: { readonly halts: readonly { readonly cause: string }[] }
  }[]
}

/** A trader over an edited log lets nobody in until a person says that it is known; closing positions it does at once. */
async function damageIsAcknowledged(stage: Stage): Promise<void> {
  const own = ['--dir', stage.directory]
  const status = (): Promise<Audited> => stage.trader.ask<Audited>('/status')
  await stage.trader.ready(20_000)
  const halted = await until(status, ({ refusals }) => (refusals['halted'] ?? 0) > 0)
  match(halted.audit.pending ?? '', /^entry 1 \(edited\)/)
  for (const { mode } of halted.accounts)
    deepEqual(
      mode.halts.map(({ cause }) => cause),
      ['audit log'],
    )
  match((await velocimex('status', ...own)).out, /audit log: damaged: entry 1 \(edited\) not as written/)

  equal((await velocimex('stop', 'get out', '--flatten', ...own)).code, 0)
  await until(
    () => stage.json<{ positions: { quantity: string }[] }>('position', 'list'),
    ({ positions }) => positions.every(({ quantity }) => Number(quantity) === 0),
  )
  await until(
    () => velocimex('resume', 'out of it', ...own),
    ({ code }) => code === 0,
  )
  const none = await velocimex('resume', 'again', ...own)
  equal(none.code, 1)
  match(none.err, /nothing is stopped; the audit log halts: velocimex audit acknowledge/)
  ok((await status()).accounts.every(({ openOrders }) => openOrders === 0))

  const acknowledged = await velocimex('audit', 'acknowledge', 'seen by the owner', ...own)
  equal(acknowledged.code, 0, acknowledged.err)
  match(acknowledged.out, /^acknowledged: entry 1 \(edited\); binance-usdm, .* trade again/)
  await until(status, ({ accounts }) => accounts.some(({ openOrders }) => openOrders > 0))
  await stage.trader.kill()
  await stage.begin().ready(20_000)
  const next = await status()
  deepEqual([next.audit.breaks, next.audit.pending], [['entry 1 (edited)'], null])
  ok(next.accounts.every(({ mode }) => mode.halts.length === 0))
  equal((await velocimex('audit', 'verify', ...own)).code, 1, 'what is acknowledged is still damaged')
}

test('P-32 with PostgreSQL: trading goes on while the server is away, and every fill arrives once', {
  skip: skipPostgres,
}, async () => {
  const server = await PostgresServer.start()
  const stage = await Stage.start('--database', await server.newDatabase())
  try {
    await stage.traded(3)
    await server.kill()
    const { accounts } = await stage.trader.ask<Status>('/status')
    await stage.traded(accounts.reduce((sum, { fills }) => sum + fills, 0) + 3)
    await stage.trader.kill()
    stage.begin()
    await stage.traded(9)
    await server.resume()
    await stage.settled()
  } finally {
    await stage.end()
    await server.stop()
  }
})

test('without a database, and with a wrong address or limit, the commands say what to do', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'none-'))
  const rows = [
    [['history', 'fills'], 3, /name the trader's folder with --dir/],
    [['history', 'orders', '--database', 'mysql://somewhere'], 2, /--database must be postgres:/],
    [['ledger', 'statement'], 3, /is not there/],
    [['audit', 'verify'], 3, /audit\.key is not there/],
  ] as const
  for (const [args, code, words] of rows) {
    const told = await velocimex(...args, '--dir', dir)
    equal(told.code, code, told.err)
    match(told.err, words)
  }
  rmSync(dir, { recursive: true, force: true })
})
