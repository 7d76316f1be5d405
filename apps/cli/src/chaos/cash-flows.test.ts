import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'
import type { TraderProcess } from './trader-process.ts'

const READY_MAX_MS = 60_000
/** Equity is looked at every second. */
const LOOKED_MS = 2_500
const RATE = 1_000_000_000
/** Accounts, and the symbol that each trades. */
const SYMBOLS: Readonly<Record<string, string>> = {
  'binance-usdm': 'BTCUSDT',
  'bybit-linear': 'BTCUSDT',
  'okx-swap': 'BTC-USDT-SWAP',
}
/** The venue’s private stream tells of no deposit. */
const SILENT = 'bybit-linear'

/** Money from outside less what went there. */
const LEFT: Readonly<Record<string, number>> = { 'binance-usdm': -19_999.5, 'bybit-linear': 0, 'okx-swap': -19_999.5 }

interface Account {
  readonly account: string
  readonly isBalanced: boolean
  readonly cash: Readonly<Record<string, string>>
  readonly funding: Readonly<Record<string, string>>
  readonly external: Readonly<Record<string, string>>
  readonly corrections: number
  readonly differences: Readonly<Record<string, string>>
}

interface Status {
  readonly name: string
  readonly stop: unknown
  readonly halted: unknown
  readonly mode: { readonly halts: readonly unknown[] }
}

const ledgerOf = async (trader: TraderProcess): Promise<readonly Account[]> =>
  (await trader.ask<{ accounts: readonly Account[] }>('/ledger')).accounts

/** The accounts, asked until all are as they should be, for at most thirty seconds. */
async function until(trader: TraderProcess, isSo: (account: Account) => boolean): Promise<readonly Account[]> {
  const end = performance.now() + 30_000
  for (;;) {
    const accounts = await ledgerOf(trader)
    if (accounts.every(isSo)) return accounts
    if (performance.now() > end) throw new Error(`it never became so: ${JSON.stringify(accounts)}`)
    await pause(20)
  }
}

/** Waits until equity has been looked at more than once, and nothing was stopped over it. */
async function unstopped(trader: TraderProcess): Promise<void> {
  const end = performance.now() + LOOKED_MS
  while (performance.now() < end) {
    const { accounts } = await trader.ask<{ accounts: readonly Status[] }>('/status')
    for (const { name, stop, halted, mode } of accounts)
      deepEqual([name, stop, halted, mode.halts], [name, null, null, []])
    await pause(100)
  }
}

test('R-ORD-02 deposits, withdrawals and funding at three venues are booked as told, without a correction, over kill -9; a withdrawal is no loss', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'flows-'))
  const stage = await ChaosStage.start(directory, 61)
  const tell = async (name: string, path: string, body: object): Promise<void> => {
    equal((await fetch(`${stage.controls[name]}${path}`, { method: 'POST', body: JSON.stringify(body) })).status, 200)
  }
  let trader = drillingTrader(directory, stage.path, {})
  try {
    await trader.ready(READY_MAX_MS)
    for (const name of Object.keys(SYMBOLS))
      if (name !== SILENT) await tell(name, '/deposit', { account: 1, asset: 'USDT', amount: '20000.5' })
    await until(trader, ({ account, external }) => Number(external['USDT']) === (account === SILENT ? 0 : 20_000.5))

    // A third of the account goes: a loss of that size would stop everything.
    for (const name of Object.keys(SYMBOLS))
      if (name !== SILENT) await tell(name, '/deposit', { account: 1, asset: 'USDT', amount: '-40000' })
    await until(trader, ({ account, external }) => Number(external['USDT']) === LEFT[account])
    await unstopped(trader)

    trader.say({ trade: true })
    // The drill holds something most of the time.
    const isPaid = ({ funding }: Account): boolean => Number(funding['USDT']) !== 0
    for (let turn = 0; turn < 100 && !(await ledgerOf(trader)).every(isPaid); turn++) {
      for (const [name, symbol] of Object.entries(SYMBOLS)) await tell(name, '/funding', { symbol, rate: RATE })
      await pause(100)
    }
    await until(trader, isPaid)
    await trader.kill()

    trader = drillingTrader(directory, stage.path, {})
    await trader.ready(READY_MAX_MS)
    const again = await until(trader, isPaid)
    for (const { account, isBalanced, corrections, external } of again)
      deepEqual([account, isBalanced, corrections, Number(external['USDT'])], [account, true, 0, LEFT[account]])
    await unstopped(trader)
    deepEqual((await stage.settled(trader)).faults, [])
  } finally {
    await trader.end()
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
