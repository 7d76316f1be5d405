import { equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'

const READY_MAX_MS = 20_000
/** The venue with a dead-man switch of its own. */
const SWITCHED = 'binance-usdm'

interface Truth {
  readonly accounts: readonly { readonly account: number; readonly orders: readonly { readonly status: string }[] }[]
}
interface Status {
  readonly accounts: readonly {
    readonly name: string
    readonly placed: number
    readonly alerts: readonly { readonly words: string }[]
  }[]
}

/** Asks until an answer is as it should be, for at most twenty seconds. */
async function until<T>(ask: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  const end = performance.now() + READY_MAX_MS
  for (;;) {
    const value = await ask()
    if (is(value)) return value
    if (performance.now() > end) throw new Error(`it never became so: ${JSON.stringify(value)}`)
    await pause(20)
  }
}

test('R-KILL-04 R-ES-02 a process that is frozen: the venue’s dead-man switch cancels, and when time goes on everything is asked before anything is placed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'frozen-'))
  const stage = await ChaosStage.start(directory, 71)
  const trader = drillingTrader(directory, stage.path, { hasStrategies: true, deadManMs: 2_000 })
  const open = async (): Promise<number> => {
    const { accounts } = (await (await fetch(`${stage.controls[SWITCHED]}/truth`)).json()) as Truth
    return accounts.find(({ account }) => account === 1)!.orders.filter(({ status }) => status === 'open').length
  }
  const status = (): Promise<Status> => trader.ask<Status>('/status')
  try {
    await trader.ready(READY_MAX_MS)
    await until(open, count => count > 0)
    trader.signal('SIGSTOP')
    const frozenAt = performance.now()
    await until(open, count => count === 0)
    await until(
      async () => performance.now() - frozenAt,
      passed => passed > 4_000,
    )
    trader.signal('SIGCONT')
    const told = await until(status, ({ accounts }) =>
      accounts.every(({ alerts }) => alerts.some(({ words }) => words.startsWith('paused: for '))),
    )
    const before = told.accounts.map(({ placed }) => placed)
    await trader.ready(READY_MAX_MS)
    await until(status, ({ accounts }) => accounts.some(({ placed }, at) => placed > before[at]!))
    equal((await stage.settled(trader)).faults.join('; '), '')
  } finally {
    trader.signal('SIGCONT')
    await trader.end()
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
