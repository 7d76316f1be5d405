import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))
const main = fileURLToPath(import.meta.resolve('@velocimex/trader/main'))

/** Runs a command to its end. */
function velocimex(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(process.execPath, [cli, ...args], (cause, out, err) => {
      done({ code: cause === null ? 0 : Number(cause.code), out, err })
    })
  })
}

async function withTrader(trial: (dir: string, trader: ChildProcess) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'trader-'))
  const trader = spawn(process.execPath, [main, '--dir', dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(trader, 'close')
  try {
    await trial(dir, trader)
  } finally {
    trader.kill('SIGTERM')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Asks until an answer is as it should be. */
async function until<T>(ask: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const value = await ask()
    if (is(value)) return value
  }
  throw new Error('it never became so')
}

interface Stop {
  readonly phase: string
  readonly number: number
  readonly trigger: string
  readonly by: string
  readonly steps: Readonly<Record<string, string>>
}

interface Status {
  readonly stopped: string | null
  readonly accounts: readonly {
    readonly name: string
    readonly ready: boolean
    readonly fills: number
    readonly openOrders: number
    readonly differences: object
    readonly stop: Stop | null
    readonly mode: { readonly posture: string; readonly conditions: readonly string[] }
  }[]
}

interface OrderTold {
  readonly id: string
  readonly queue: {
    readonly ahead: string
    readonly entered: string
    readonly level: string
    readonly share: number
  } | null
  readonly standing: string | null
}

/** Orders that rest tell where they stand, and why. */
async function tellsOfQueues(dir: string, json: <T>(...args: string[]) => Promise<T>): Promise<void> {
  const { orders } = await json<{ orders: { id: string }[] }>('order', 'list', '--all')
  match((await velocimex('order', 'explain', orders[0]!.id, '--dir', dir)).out, /pending_submit/)
  const isQuoting = ({ queue, standing }: OrderTold): boolean => queue !== null && standing !== null
  const quoting = await until(
    () => json<{ orders?: OrderTold[] }>('order', 'list'),
    ({ orders: rows = [] }) => rows.some(isQuoting),
  )
  const quote = quoting.orders!.find(isQuoting)!
  const { ahead, entered, level, share } = quote.queue!
  ok([ahead, entered, level, share].every(each => Number(each) >= 0) && share <= 1, JSON.stringify(quote.queue))
  ok(Number(level) === 0 || Math.abs(share - Number(ahead) / Number(level)) < 0.01, JSON.stringify(quote.queue))
  const why = await velocimex('order', 'explain', quote.id, '--dir', dir)
  match(why.out, /joined, it queues at the best price|bounded, the strategy allows no better price/)
  match(why.out, /own touch [\d.]+, other touch [\d.]+/)
  match((await velocimex('order', 'list', '--dir', dir)).out, /ahead +standing/)
  match((await velocimex('status', '--dir', dir)).out, /maker[\s\S]+\d %/)
}

test('S2-OMS-33 a person asks and steers the running trader: status, orders, ledger, limits, stop and resume', () =>
  withTrader(async dir => {
    const json = async <T>(...args: string[]): Promise<T> => {
      const { code, out, err } = await velocimex(...args, '--dir', dir, '--json')
      if (code === 3) return { accounts: [] } as T // Not up yet.
      equal(code, 0, err)
      return JSON.parse(out) as T
    }
    const status = (): Promise<Status> => json<Status>('status')
    const traded = await until(
      status,
      ({ accounts }) =>
        accounts.length === 3 && accounts.every(({ ready }) => ready) && accounts.some(({ fills }) => fills > 0),
    )
    deepEqual(
      traded.accounts.map(({ name }) => name),
      ['binance-usdm', 'bybit-linear', 'okx-swap'],
    )
    await tellsOfQueues(dir, json)
    const ledger = await json<{ accounts: { isBalanced: boolean }[] }>('ledger', 'balance')
    ok(ledger.accounts.every(({ isBalanced }) => isBalanced))

    equal((await velocimex('risk', 'set', 'binance-usdm', 'BTCUSDT', 'position', '0.02', '--dir', dir)).code, 0)
    const raised = await velocimex('risk', 'set', 'binance-usdm', 'BTCUSDT', 'position', '0.04', '--dir', dir)
    equal(raised.code, 1)
    match(raised.err, /raising a limit must be said/)

    await refusals(dir)
    const risk = await velocimex('risk', 'show', '--dir', dir)
    match(risk.out, /binance-usdm +symbol +BTCUSDT on binance-usdm +BTCUSDT position +position +0\.02/)
    match(risk.out, /okx-swap +global +the whole platform +order rate +order_rate +10\/1s/)
    match(risk.out, /okx-swap +rejections +the whole platform +rejects +closed/)
    ok(traded.accounts.every(({ stop }) => stop === null))

    equal((await velocimex('stop', 'a test', '--dir', dir)).code, 0)
    const stopped = await until(
      status,
      ({ accounts }) =>
        accounts.length === 3 &&
        accounts.every(({ openOrders, stop }) => openOrders === 0 && stop?.phase === 'observing'),
    )
    equal(stopped.stopped, 'a test')
    for (const { stop, mode } of stopped.accounts) {
      deepEqual([stop!.number, stop!.trigger, stop!.by, mode.posture], [1, 'manual', 'local operator', 'observe'])
      deepEqual(stop!.steps, {
        'block entries': 'done',
        'cancel orders': 'done',
        'close positions': 'not asked for',
        persist: 'done',
        alert: 'done',
        observe: 'done',
      })
    }
    const words = (await velocimex('status', '--dir', dir)).out
    match(words, /okx-swap: emergency stop 1 \(observing\) since .* by local operator \(manual\): a test/)
    match(words, /okx-swap: mode observe: emergency_stop/)
    await stopsAgain(dir)
    equal((await velocimex('resume', 'tested', '--dir', dir)).code, 0)
    const going = await until(status, ({ accounts }) => accounts.some(({ openOrders }) => openOrders > 0))
    equal(going.stopped, null)
    deepEqual(
      (
        await until(status, ({ accounts }) =>
          accounts.every(({ differences }) => Object.keys(differences).length === 0),
        )
      ).accounts.length,
      3,
    )
  }))

test('without a trader commands say how to start one, and doctor looks at the machine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'none-'))
  const { code, err } = await velocimex('status', '--dir', dir)
  equal(code, 3)
  match(err, /start one with npm start/)
  const doctor = await velocimex('doctor', '--dir', dir)
  match(doctor.out, /none is running here/)
  equal(doctor.code, 0)
  rmSync(dir, { recursive: true, force: true })
})

/** A stop of what is stopped says since when and why it is, and both reasons are kept. */
async function stopsAgain(dir: string): Promise<void> {
  const again = await velocimex('stop', 'another test', '--dir', dir)
  equal(again.code, 0, again.err)
  match(again.out, /^asked again to stop: another test/)
  match(again.out, /okx-swap was stopped already since \d{4}-.* by local operator \(manual\): a test/)
  const words = (await velocimex('status', '--dir', dir)).out
  match(words, /okx-swap: emergency stop 1 .*: a test\n.*\n +again at .* by local operator \(manual\): another test/)
  await until(
    () => velocimex('status', '--dir', dir),
    ({ out }) => !out.includes('(stopping)'),
  )
}

/** What is not there is told with what is; a value that does not fit, with what would. */
async function refusals(dir: string): Promise<void> {
  for (const [code, words, ...args] of [
    [3, /no account "nobody"; there are binance-usdm/, 'risk', 'set', 'nobody', 'BTCUSDT', 'position', '1'],
    [3, /no symbol "TULIP" on binance-usdm; there is BTCUSDT/, 'risk', 'set', 'binance-usdm', 'TULIP', 'position', '1'],
    [1, /it wants a decimal in steps of 0\.001/, 'risk', 'set', 'binance-usdm', 'BTCUSDT', 'position', '0.0001'],
    [1, /it wants a whole number/, 'risk', 'set', 'binance-usdm', 'BTCUSDT', 'open-orders', '2.5'],
    [
      2,
      /^velocimex: mode must be live, simulation or observation, was "simulatoin"; did you mean simulation\?/,
      ...['strategy', 'mode', 'okx-swap', 'momentum', 'simulatoin'],
    ],
    [
      2,
      /^velocimex: limit must be order, position, open-orders or price-band-bps, was "size"/,
      'risk',
      'set',
      'a',
      'b',
      'size',
      '1',
    ],
    [2, /^velocimex: reason must say why, in three letters or more, was "x"/, 'stop', 'x'],
    [3, /no account "binance-udsm"; .*; did you mean binance-usdm\?/, 'feed', 'resync', 'binance-udsm'],
    [3, /no connection "ws9" on okx-swap; there are ws1/, 'feed', 'reconnect', 'okx-swap', 'ws9'],
    [2, /give the id of an order; velocimex order list tells them/, 'order', 'explain', ''],
    [3, /there is no order V9; velocimex order list --all/, 'order', 'explain', 'V9'],
    [3, /there is no order \.\.%2Frisk; velocimex order list/, 'order', 'explain', '../risk'],
    [3, /no strategy "oracle" here; there is momentum/, 'strategy', 'mode', 'okx-swap', 'oracle', 'live'],
  ] as const) {
    const refused = await velocimex(...args, '--dir', dir)
    equal(refused.code, code, refused.err)
    match(refused.err, words)
  }
}
