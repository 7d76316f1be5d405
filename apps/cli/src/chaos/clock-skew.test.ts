import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeEntry } from '@velocimex/core/execution/order-entry'
import { openFileJournal } from '@velocimex/host/journal/open-file-journal'
import { ChaosStage, pause } from './chaos-stage.ts'
import { drillingTrader } from './drilling-trader.ts'
import type { TraderProcess } from './trader-process.ts'

const READY_MAX_MS = 60_000

interface Status {
  readonly accounts: readonly {
    readonly name: string
    readonly placed: number
    readonly alerts: readonly { readonly words: string }[]
    readonly mode: { readonly posture: string; readonly conditions: readonly string[] }
    readonly differences: object
  }[]
  readonly refusals: Readonly<Record<string, number>>
}

const wordsOf = (alerts: readonly { readonly words: string }[]): string => alerts.map(({ words }) => words).join()

/** Until when each audit of an account found every fill told, by its journal; microseconds of the venue's clock. */
function auditsOf(directory: string, account: string): number[] {
  const opened = openFileJournal({ directory: join(directory, account, 'journal'), onFailure: () => {} })
  ok(opened.ok)
  const { journal, history } = opened.value
  journal.close()
  return history.records.flatMap(({ kind, payload }) => {
    const entry = decodeEntry(kind, payload)
    return entry.ok && entry.value.kind === 'audited' ? [entry.value.through] : []
  })
}

/** Asks until it is so, for at most twenty seconds. */
async function until(trader: TraderProcess, isSo: (status: Status) => boolean): Promise<Status> {
  const end = performance.now() + READY_MAX_MS
  for (;;) {
    const status = await trader.ask<Status>('/status')
    if (isSo(status)) return status
    if (performance.now() > end) throw new Error(`it never became so: ${JSON.stringify(status)}`)
    await pause(20)
  }
}

test('R-CLK-01 R-BOOT-01 a clock that is off by five seconds or an hour, either way and from one life to the next: requests are signed by the venue’s clock, nobody enters, nothing is lost; S2-DEG-3 who answers slowly trades carefully', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'skew-'))
  const stage = await ChaosStage.start(directory, 31)
  let trader: TraderProcess | undefined
  try {
    for (const aheadMs of [3_600_000, -3_600_000, 5_000, -5_000]) {
      trader = drillingTrader(directory, stage.path, { aheadMs, hasStrategies: true })
      await trader.ready(READY_MAX_MS) // It has logged in, asked about its orders and its money: all signed.
      const { accounts } = await until(trader, ({ refusals }) => (refusals['degraded'] ?? 0) > 0)
      for (const { mode, placed, alerts, differences } of accounts) {
        ok(mode.conditions.includes('clock_skewed'), JSON.stringify(mode))
        deepEqual([mode.posture, placed, differences], ['reduce_only', 0, {}])
        const side = aheadMs > 0 ? 'ahead of' : 'behind'
        match(wordsOf(alerts), new RegExp(`the clock is at least [0-9]+ ms ${side} the venue's: set it`))
      }
      await trader.kill()
      // Fills are asked for since then: an instant that the venue has not reached would hide them.
      for (const { name } of accounts)
        for (const through of auditsOf(directory, name)) ok(through < Date.now() * 1000, `${name} ${through}`)
    }
    trader = drillingTrader(directory, stage.path, { aheadMs: 1_900, latencyMax: 0, hasStrategies: true })
    await trader.ready(READY_MAX_MS)
    const { accounts } = await until(trader, status => status.accounts.some(({ placed }) => placed > 0))
    const isSlow = ({ mode }: Status['accounts'][number]): boolean => mode.conditions.includes('high_latency')
    const slow = await until(trader, status => status.accounts.every(isSlow))
    for (const { mode } of slow.accounts) equal(mode.posture, 'careful')
    ok(accounts.every(({ mode }) => !mode.conditions.includes('clock_skewed')))
    ok(accounts.some(({ alerts }) => wordsOf(alerts).includes('the clock is at least')))
    equal((await stage.settled(trader)).faults.join('; '), '')
  } finally {
    await trader?.end()
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
