import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'
import type { TraderProcess } from './trader-process.ts'
import { judge } from './verdict.ts'

const READY_MAX_MS = 60_000
const NAME = 'binance-usdm'

interface Account {
  readonly name: string
  readonly corrections: number
  readonly mode: {
    readonly posture: string
    readonly conditions: readonly string[]
    readonly halts: readonly { readonly cause: string }[]
  }
  readonly differences: Readonly<Record<string, string>>
}
interface Ledger {
  readonly accounts: readonly {
    readonly account: string
    readonly isBalanced: boolean
    readonly cash: Record<string, string>
  }[]
}

/** The account of one venue, asked until it is as it should be, for at most thirty seconds. */
async function until(trader: TraderProcess, isSo: (account: Account) => boolean): Promise<Account> {
  const end = performance.now() + 30_000
  for (;;) {
    const { accounts } = await trader.ask<{ accounts: readonly Account[] }>('/status')
    const account = accounts.find(({ name }) => name === NAME)!
    if (isSo(account)) return account
    if (performance.now() > end) throw new Error(`it never became so: ${JSON.stringify(account)}`)
    await pause(20)
  }
}

async function cashOf(trader: TraderProcess): Promise<string> {
  const own = (await trader.ask<Ledger>('/ledger')).accounts.find(({ account }) => account === NAME)!
  ok(own.isBalanced)
  return own.cash['USDT']!
}

test('R-ORD-02 money comes and goes at the venue and nobody is told: small amounts are booked as corrections, a large one halts entries until a person has looked, and every life knows them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'recon-'))
  const stage = await ChaosStage.start(directory, 51)
  const deposit = async (amount: string): Promise<void> => {
    const body = JSON.stringify({ account: 1, asset: 'USDT', amount, told: false })
    equal((await fetch(`${stage.controls[NAME]}/deposit`, { method: 'POST', body })).status, 200)
  }
  const plan = { reconcileMs: 200 }
  let trader = drillingTrader(directory, stage.path, plan)
  try {
    await trader.ready(READY_MAX_MS)
    equal(Number(await cashOf(trader)), 100_000)
    await deposit('250.5')
    const seen = await until(trader, ({ differences }) => differences['USDT'] !== undefined)
    equal(Number(seen.differences['USDT']), 250.5)
    await until(trader, ({ mode }) => mode.conditions.includes('reconciliation_mismatch'))
    const small = await until(trader, ({ corrections, mode }) => corrections === 1 && mode.conditions.length === 0)
    deepEqual([small.mode.posture, small.mode.halts, small.differences], ['normal', [], {}])
    equal(Number(await cashOf(trader)), 100_250.5)

    await deposit('-20000')
    const large = await until(trader, ({ corrections }) => corrections === 2)
    equal(large.mode.halts[0]?.cause, 'reconciliation')
    equal(Number(await cashOf(trader)), 80_250.5)
    await trader.kill()

    trader = drillingTrader(directory, stage.path, plan)
    await trader.ready(READY_MAX_MS)
    const again = await until(trader, () => true)
    deepEqual([again.corrections, again.mode.halts[0]?.cause], [2, 'reconciliation'])
    equal(Number(await cashOf(trader)), 80_250.5)
    match(JSON.stringify(await trader.tell('/resume', { reason: 'it was me' })), /binance-usdm/)
    deepEqual((await until(trader, () => true)).mode.halts, [])
    equal((await judge(trader, stage.controls)).faults.join(), `${NAME}: the books had to follow the venue 2 times`)
  } finally {
    await trader.end()
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
