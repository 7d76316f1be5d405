import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'

const READY_MAX_MS = 60_000
const PATIENCE_MS = 40_000
/** Accounts, and the symbol that each trades. */
const SYMBOLS: Readonly<Record<string, string>> = {
  'binance-usdm': 'BTCUSDT',
  'bybit-linear': 'BTCUSDT',
  'okx-swap': 'BTC-USDT-SWAP',
}

interface Status {
  readonly name: string
  readonly stop: unknown
  readonly alerts: readonly { readonly words: string }[]
}

interface Truth {
  readonly accounts: readonly { readonly account: number; readonly orders: readonly { readonly status: string }[] }[]
}

test('D60 three venues halt an instrument: nothing new rests there until they go on, what rested is canceled, the operator knows', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'halt-'))
  const stage = await ChaosStage.start(directory, 71)
  const trader = drillingTrader(directory, stage.path, {})
  const setOpen = async (open: boolean): Promise<void> => {
    for (const [name, symbol] of Object.entries(SYMBOLS)) {
      const body = JSON.stringify({ symbol, open })
      equal((await fetch(`${stage.controls[name]}/halt`, { method: 'POST', body })).status, 200)
    }
  }
  const orders = async (name: string): Promise<readonly { readonly status: string }[]> => {
    const truth = (await (await fetch(`${stage.controls[name]}/truth`)).json()) as Truth
    return truth.accounts.find(({ account }) => account === 1)!.orders
  }
  /** Asks for each account until it is so. */
  const until = async (words: string, isSo: (name: string) => Promise<boolean>): Promise<void> => {
    const end = performance.now() + PATIENCE_MS
    for (const name of Object.keys(SYMBOLS))
      while (!(await isSo(name))) {
        if (performance.now() > end) throw new Error(`${name}: ${words} did not come about`)
        await pause(20)
      }
  }
  const statuses = async (): Promise<readonly Status[]> =>
    (await trader.ask<{ accounts: readonly Status[] }>('/status')).accounts
  const isTold = async (name: string, words: RegExp): Promise<boolean> =>
    (await statuses()).some(each => each.name === name && each.alerts.some(alert => words.test(alert.words)))
  try {
    await trader.ready(READY_MAX_MS)
    trader.say({ trade: true })
    await until('an order', async name => (await orders(name)).length > 0)

    await setOpen(false)
    await until('word of the halt', name => isTold(name, / is (halted|closed) at the venue: no new orders leave/))
    await until('every order over', async name => (await orders(name)).every(({ status }) => status !== 'open'))
    const before = await Promise.all(Object.keys(SYMBOLS).map(async name => (await orders(name)).length))
    await pause(2_000)
    const after = await Promise.all(Object.keys(SYMBOLS).map(async name => (await orders(name)).length))
    deepEqual(after, before, 'no order was taken meanwhile')
    for (const { stop } of await statuses()) equal(stop, null, 'a halt is no reason to stop')

    await setOpen(true)
    await until('word of trading', name => isTold(name, / is trading again/))
    const counts = new Map(Object.keys(SYMBOLS).map((name, at) => [name, after[at]!]))
    await until('a new order', async name => (await orders(name)).length > counts.get(name)!)
    deepEqual((await stage.settled(trader)).faults, [])
    match(JSON.stringify(await trader.ask('/status')), /trading again/)
  } finally {
    await trader.end()
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
