import { equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DEMO_KEYS } from '@velocimex/simulator/simulated-venue'
import { ChaosStage, pause } from './chaos-stage.ts'
import { TraderProcess } from './trader-process.ts'

const MAIN = fileURLToPath(import.meta.resolve('@velocimex/trader/main'))
const READY_MAX_MS = 20_000
/** A port of this machine at which nobody listens. */
const NOBODY = 9

async function withStage(work: (directory: string, stage: ChaosStage) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'boot-'))
  const stage = await ChaosStage.start(directory, 61)
  try {
    await work(directory, stage)
  } finally {
    await stage.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Starts the trader and waits for its end. @returns what it said on stderr, and its exit code */
function start(directory: string, args: readonly string[] = []): readonly [words: string, code: number | null] {
  const ended = spawnSync(process.execPath, [MAIN, '--dir', directory, ...args], { encoding: 'utf8', timeout: 30_000 })
  return [ended.stderr.trim(), ended.status]
}

test('R-BOOT-01 what keeps it from starting is said in one line that names the remedy, with an exit code', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'boot-'))
  const venues = join(directory, 'venues.json')
  const key = { apiKey: 'k', secret: 's', passphrase: '', account: 1, canTrade: true, canWithdraw: false }
  const address = { rest: `http://127.0.0.1:${NOBODY}`, sockets: `ws://127.0.0.1:${NOBODY}`, control: '', keys: [key] }
  const names = ['binance-usdm', 'bybit-linear', 'okx-swap']
  writeFileSync(venues, JSON.stringify(names.map(venue => ({ venue, ...address }))))
  const missing = join(directory, 'missing.json')
  const broken = join(directory, 'broken.json')
  writeFileSync(broken, '[{"venue":"binance-usdm"}]')
  const cases: readonly (readonly [string, readonly string[], RegExp, number])[] = [
    ['a venue that is not there', ['--venues', venues], /binance-usdm .*ECONNREFUSED/, 1],
    ['no file of venues', ['--venues', missing], /missing\.json: the file does not exist/, 3],
    ['a file of venues that says nothing', ['--venues', broken], /broken\.json: 0\.rest is missing/, 4],
    ['an address that is no database', ['--database', 'mysql://x'], /postgres/, 2],
    ['an option that does not exist', ['--secods', '1'], /'--secods'.*did you mean --seconds\?/, 2],
    ['a time that is none', ['--seconds=-1'], /--seconds must be a whole number of at least 0, was -1/, 2],
    [
      'a dead-man switch of nothing',
      ['--dead-man', '0'],
      /^--dead-man must be a whole number of at least 1, was 0$/,
      2,
    ],
    ['a configuration that is not there', ['--config', missing], /missing\.json: the file does not exist/, 3],
    ['a configuration that is a folder', ['--config', directory], /it is a folder, not a file/, 3],
    ['a number that is none', ['--seed', 'x'], /--seed must be a whole number/, 2],
  ]
  try {
    for (const [what, args, words, code] of cases) {
      const [said, ended] = start(join(directory, 'data'), args)
      match(said, words, what)
      equal(ended, code, what)
      ok(!said.includes('    at '), `${what}: no stack for a person: ${said}`)
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('R-BOOT-01 R-BUS-04 a second trader in the same folder is refused and changes nothing; the first goes on', () =>
  withStage(async (directory, stage) => {
    const first = new TraderProcess(directory, stage.path)
    try {
      await first.ready(READY_MAX_MS)
      const [said, code] = start(directory, ['--venues', stage.path])
      match(said, /(another|locked|already|uses|runs)/)
      equal(code, 1)
      equal((await first.ask<{ stopped: unknown }>('/status')).stopped, null)
      equal((await stage.settled(first)).faults.join(), '')
    } finally {
      await first.end()
    }
  }))

test('R-BOOT-01 a key that could withdraw is not traded with: whoever steals it must not get the money', () =>
  withStage(async (directory, stage) => {
    const addresses = JSON.parse(readFileSync(stage.path, 'utf8')) as object[]
    const path = join(directory, 'withdrawing.json')
    const key = DEMO_KEYS.find(({ canWithdraw }) => canWithdraw)
    writeFileSync(path, JSON.stringify(addresses.map(address => ({ ...address, keys: [key] }))))
    const trader = new TraderProcess(directory, path)
    try {
      await trader.ready(READY_MAX_MS)
      const end = performance.now() + READY_MAX_MS
      for (;;) {
        const { accounts, refusals } = await trader.ask<Status>('/status')
        equal(accounts[0]!.placed + accounts[1]!.placed, 0)
        if (accounts.every(({ halted }) => halted?.includes('can withdraw')) && (refusals['halted'] ?? 0) > 0) break
        ok(performance.now() < end, JSON.stringify(accounts))
        await pause(20)
      }
    } finally {
      await trader.end()
    }
  }))

test('R-BOOT-01 R-DB-01 a database that is not there keeps nobody from trading; it is said, and strategies are not loaded', () =>
  withStage(async (directory, stage) => {
    const address = `postgres://nobody:nothing@127.0.0.1:${NOBODY}/velocimex`
    const trader = new TraderProcess(directory, stage.path, ['--database', address])
    try {
      await trader.ready(READY_MAX_MS)
      const end = performance.now() + READY_MAX_MS
      for (;;) {
        const { accounts } = await trader.ask<Status>('/status')
        const isAway = accounts.every(({ mode }) => mode.conditions.includes('database_unavailable'))
        if (isAway && accounts.some(({ placed }) => placed > 0)) break
        ok(performance.now() < end, JSON.stringify(accounts))
        await pause(20)
      }
      equal((await stage.settled(trader)).faults.join(), '')
    } finally {
      await trader.end()
    }
  }))

test('R-BOOT-01 a folder that cannot be written is named', context => {
  const directory = mkdtempSync(join(tmpdir(), 'boot-'))
  try {
    writeFileSync(join(directory, 'file'), '')
    const [said, code] = start(join(directory, 'file', 'data'))
    match(said, /file/)
    equal(code, 1)
    if (process.getuid?.() === 0) return context.diagnostic('root writes everywhere: permissions are not tried')
    const closed = join(directory, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o500)
    match(start(join(closed, 'data'))[0], /closed/)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

interface Status {
  readonly accounts: readonly {
    readonly placed: number
    readonly halted: string | null
    readonly mode: { readonly conditions: readonly string[] }
  }[]
  readonly refusals: Readonly<Record<string, number>>
}
