import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))
const main = fileURLToPath(import.meta.resolve('@velocimex/trader/main'))
const dir = mkdtempSync(join(tmpdir(), 'feeds-'))

interface Feeds {
  readonly connections: readonly {
    readonly account: string
    readonly connection: string
    readonly ready: boolean
    readonly socket?: number
  }[]
  readonly merged: readonly { readonly account: string; readonly dropped: number }[]
  readonly books: readonly {
    readonly account: string
    readonly live: boolean
    readonly bid: string | null
    readonly ask: string | null
    readonly spreadTicks: number
    readonly midTicks: number
    readonly micropriceTicks: number
    readonly imbalance: number
  }[]
}

/** Runs a command over the folder to its end. */
function velocimex(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(process.execPath, [cli, ...args, '--dir', dir], (cause, out, err) => {
      done({ code: cause === null ? 0 : Number(cause.code), out, err })
    })
  })
}

/** The feeds; undefined while no trader answers. */
async function feeds(): Promise<Feeds | undefined> {
  const { code, out } = await velocimex('feed', 'list', '--json')
  return code === 0 ? (JSON.parse(out) as Feeds) : undefined
}

/** Asks until the feeds are as they should be. @param always what must be true every time */
async function until(is: (value: Feeds) => boolean, always: (value: Feeds) => boolean = () => true): Promise<Feeds> {
  for (let tries = 0; tries < 200; tries++) {
    const value = await feeds()
    if (value === undefined) continue
    ok(always(value), JSON.stringify(value))
    if (is(value)) return value
  }
  throw new Error('it never became so')
}

const isWhole = ({ books }: Feeds): boolean => books.length === 3 && books.every(({ live }) => live)
const isReady = ({ connections }: Feeds): boolean => connections.every(({ ready }) => ready)
const sockets = ({ connections }: Feeds, name: string): (number | undefined)[] =>
  connections.filter(({ account }) => account === name).map(({ socket }) => socket)

test('S0-MDS-4 connections on command: rolled over and reconnected while every book stays the venue’s; audited', async () => {
  const trader = spawn(process.execPath, [main, '--dir', dir], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(trader, 'close')
  try {
    const first = await until(value => isReady(value) && isWhole(value))
    deepEqual(
      first.connections.map(({ account, connection }) => `${account} ${connection}`),
      ['binance-usdm', 'bybit-linear', 'okx-swap'].flatMap(name =>
        ['ws1', 'ws2', 'private'].map(ws => `${name} ${ws}`),
      ),
    )
    for (const { bid, ask, spreadTicks, midTicks, micropriceTicks, imbalance } of first.books) {
      ok(Number(bid) < Number(ask) && spreadTicks > 0 && Math.abs(imbalance) <= 1)
      ok(Math.abs(micropriceTicks - midTicks) <= spreadTicks / 2)
    }
    ok(first.merged.every(({ dropped }) => dropped > 0))

    deepEqual(sockets(first, 'okx-swap'), [1, 1, undefined])
    equal((await velocimex('feed', 'rollover', 'okx-swap')).code, 0)
    await until(value => isReady(value) && sockets(value, 'okx-swap').every(socket => socket !== 1), isWhole)

    const told = await velocimex('feed', 'reconnect', 'bybit-linear', 'ws1')
    match(told.out, /bybit-linear +ws1 /)
    const after = await until(value => isReady(value) && sockets(value, 'bybit-linear')[0] === 2, isWhole)
    deepEqual(sockets(after, 'bybit-linear'), [2, 1, undefined])

    equal((await velocimex('feed', 'resync', 'binance-usdm', 'ws2')).code, 0)
    await until(isReady, isWhole)
    equal((await velocimex('feed', 'reconnect', 'binance-usdm', 'private')).code, 0)
    await until(isReady, isWhole)

    const unknown = await velocimex('feed', 'resync', 'okx-swap', 'ws9')
    equal(unknown.code, 3)
    match(unknown.err, /no connection "ws9" on okx-swap; there are ws1, ws2, private/)
    match((await velocimex('feed', 'rollover', 'okx-swap', 'private')).err, /cannot be rolled over/)
    match((await velocimex('feed', 'resync', 'nobody')).err, /there is no account "nobody"; there are/)
    const audit = JSON.parse((await velocimex('audit', 'verify', '--json')).out) as { disk: { count: number } }
    ok(audit.disk.count >= 7, 'every command is in the audit log')
    trader.kill('SIGHUP')
    deepEqual(await ended, [129, null], 'a terminal that is gone ends it in order')
  } finally {
    trader.kill('SIGTERM')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
})
