import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseConfig } from '@velocimex/host/config/load-config'
import { importCaptures } from '../import/import-captures.ts'
import { BACKTEST_KEYS, type BacktestConfig, backtestConfigSchema } from './backtest-config.ts'
import { codeVersion } from './code-version.ts'
import { explainFill } from './explain-fill.ts'
import { parseCsv } from './parse-csv.ts'
import { type BacktestReport, runBacktest } from './run-backtest.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-backtest-'))
const tape = join(directory, 'tape')
before(async () => {
  if (skip !== false) return
  const captures = ['08', '09'].map(day => join(DATA, `binance-spot/btcusdt-2024-08-${day}.jsonl.gz`))
  const report = await importCaptures({ venue: 'binance-spot', captures, out: tape })
  ok(report.ok)
})
after(() => rmSync(directory, { recursive: true }))

const config = (more: object = {}): BacktestConfig =>
  backtestConfigSchema.parse({ tape, strategy: { name: 'market-maker' }, ...more })
function run(of: BacktestConfig, out?: string): BacktestReport {
  const report = runBacktest(of, out === undefined ? {} : { out })
  if (!report.ok) throw new Error(`${report.reason}: ${report.words?.join('; ')}`)
  return report.value
}

test('P-24 the market maker over two days: the same run twice, and on each core, gives the same bytes', {
  skip,
}, () => {
  const first = run(config())
  const second = run(config(), join(directory, 'run'))
  deepEqual([second.runHash, second.resultHash], [first.runHash, first.resultHash])
  ok(first.trades.fills > 100)
  deepEqual(first.checks, { ledgerZero: true, fillsEqualPositions: true, everyFillExplained: true })
  // Another process, bound to each processor in turn.
  const script = `import { runBacktest } from ${JSON.stringify(new URL('./run-backtest.ts', import.meta.url).href)}
    const report = runBacktest(JSON.parse(process.argv[1]))
    console.log(report.value.runHash, report.value.resultHash)`
  const pinned = spawnSync('taskset', ['--version']).status === 0
  for (let core = 0; core < Math.min(2, availableParallelism()); core++) {
    const node = [process.execPath, '--input-type=module', '-e', script, JSON.stringify(config())]
    const [command, ...args] = pinned ? ['taskset', '-c', String(core), ...node] : node
    equal(execFileSync(command!, args).toString().trim(), `${first.runHash} ${first.resultHash}`)
  }
  notEqual(
    run(config({ latency: { entryUs: 20_000 } })).resultHash,
    first.resultHash,
    'another assumption, another result',
  )
})

test('the files of a run agree with each other: fills are the position, money is the ledger, every fill has a cause', {
  skip,
}, () => {
  const out = join(directory, 'files')
  const report = run(config(), out)
  deepEqual(readdirSync(out).sort(), [
    'decisions.csv',
    'equity.csv',
    'ledger.csv',
    'orders.csv',
    'run.json',
    'trades.csv',
  ])
  const rows = (name: string) => parseCsv(readFileSync(join(out, name), 'utf8'))
  const trades = rows('trades.csv')
  equal(trades.length, report.trades.fills)
  const lots = (text: string): number => Math.round(Number(text) * 1e6)
  const net = trades.reduce((sum, row) => sum + (row['side'] === 'buy' ? 1 : -1) * lots(row['quantity']!), 0)
  equal(net, report.positions[0]!.netLots)
  ok(
    trades.every(
      row => ['taker', 'trade', 'through', 'crossing'].includes(row['trigger']!) && Number(row['tape_record']) >= 0,
    ),
  )
  ok(trades.every(row => Number(row['queue_before']) <= Number(row['queue_at_entry'])))
  const ledger = rows('ledger.csv')
  const sums = new Map<string, bigint>()
  for (const { ledger: kind, unit, debit, credit, amount } of ledger) {
    const own = (id: string): boolean => id.length > 20 && ((BigInt(`0x${id}`) >> 80n) & 0xffn) === 0n
    ok(own(debit!) !== own(credit!), 'we stand on one side of every transfer')
    const key = `${kind} ${unit}`
    sums.set(key, (sums.get(key) ?? 0n) + (own(debit!) ? 1n : -1n) * BigInt(amount!))
  }
  equal(sums.get('position 0'), BigInt(net))
  equal(rows('equity.csv').at(-1)!['equity'], report.equity.last)
  const orders = rows('orders.csv')
  equal(new Set(orders.map(row => row['client_order_id'])).size, report.orders.placed)
  const reasons = new Map<string, number>()
  for (const { reason } of rows('decisions.csv')) reasons.set(reason!, (reasons.get(reason!) ?? 0) + 1)
  deepEqual(Object.fromEntries(reasons), report.orders.decisions)
  ok(
    orders.every(row => row['post_only'] === 'true'),
    'S2-OMS-31 the market maker only rests',
  )
})

test('a fill explains itself, with its order and its transfers', { skip }, () => {
  const out = join(directory, 'explained')
  const report = run(config(), out)
  for (const id of ['1', String(report.trades.fills), 'SIM7']) {
    const explained = explainFill(out, id)
    ok(explained.ok)
    const { fill, why, order, transfers } = explained.value
    match(why[0]!, /tape record \d+/)
    equal(order[0]!['state'], 'pending_submit')
    ok(order.some(row => row['time'] === fill['time']))
    ok(transfers.some(row => row['ledger'] === 'position') && transfers.some(row => row['ledger'] === 'cash'))
  }
  const missing = explainFill(out, '999999')
  equal(missing.ok ? '' : missing.words, `the run has no fill 999999; it has 1 to ${report.trades.fills}`)
  equal(explainFill(directory, '1').ok, false)
})

test('S2-OMS-34 momentum rests, takes in haste, holds and gets out; limits hold it back', { skip }, () => {
  const parameters = { thresholdBps: 0.2, flow: 0.1 }
  const loose = run(config({ strategy: { name: 'momentum', parameters } }))
  ok(loose.trades.fills > 10)
  ok(loose.trades.makerRatio! > 0.1 && loose.trades.makerRatio! < 0.9)
  const decided = loose.orders.decisions
  ok(decided['joined']! > 0 && decided['taken']! > 0)
  const hasty = run(config({ strategy: { name: 'momentum', parameters: { ...parameters, takeAbove: 0 } } }))
  deepEqual([hasty.trades.makerRatio, Object.keys(hasty.orders.decisions)], [0, ['taken']])
  const calm = run(config({ strategy: { name: 'momentum', parameters: { ...parameters, takeAbove: 1 } } }))
  deepEqual([calm.trades.makerRatio, calm.orders.decisions['taken']], [1, undefined])
  deepEqual(loose.checks, { ledgerZero: true, fillsEqualPositions: true, everyFillExplained: true })
  const strict = run(
    config({
      strategy: { name: 'momentum', parameters: { thresholdBps: 0.2, flow: 0.1 } },
      risk: { maxPosition: '0.005' },
    }),
  )
  equal(strict.trades.fills, 0)
  ok(strict.orders.refused['position_too_large']! > 0)
})

test('what cannot run is refused with words, and leaves nothing behind', { skip }, () => {
  const words = (of: BacktestConfig, out?: string): string => {
    const report = runBacktest(of, out === undefined ? {} : { out })
    return report.ok ? 'ran' : `${report.reason}: ${report.words?.join('; ')}`
  }
  match(words(config({ tape: '/no/such/tape' })), /not_found: tape: .* does not exist/)
  match(
    words(config({ strategy: { name: 'oracle' } })),
    /invalid: strategy.name: oracle is not known; known are market-maker, momentum/,
  )
  match(
    words(
      config({ strategy: { name: 'market-maker', parameters: { qty: 1, halfSpreadBps: -1, quantity: '0.0000001' } } }),
    ),
    /parameters.qty: is not a parameter.*parameters.quantity: 0.0000001 BTC: off grid.*parameters.halfSpreadBps: must lie in 0..1000/,
  )
  match(words(config({ instruments: ['ETHUSDT'] })), /ETHUSDT not on the tape; it holds BTCUSDT/)
  match(words(config({ capital: { DOGE: '1' } })), /capital.DOGE: no instrument/)
  match(words(config({ risk: { maxPosition: '0.00000001' } })), /risk.maxPosition: .*\(off grid\)/)
  match(words(config({ tape: [tape, tape] })), /invalid: tape: .* begins 650.4 s before .* ends; list tapes once each/)
  match(words(config(), DATA), /exists: /)
  equal(existsSync(join(DATA, 'run.json')), false)
  const kept = join(directory, 'kept')
  run(config(), kept)
  run(config(), kept) // A run takes the place of a run.
  writeFileSync(join(kept, 'notes.md'), 'precious')
  match(words(config(), kept), /exists: .* holds more than a run/)
  equal(readFileSync(join(kept, 'notes.md'), 'utf8'), 'precious')
})

test('S2-RSK limits by scope bind a run, and wide ones change nothing', { skip }, () => {
  const free = run(config())
  const wide = { name: 'wide', kind: 'exposure', value: '100000000' }
  equal(run(config({ risk: { limits: [wide] } })).resultHash, free.resultHash)
  const tight = { name: 'tight', kind: 'open_orders', strategy: 'market-maker', value: '1' }
  const bound = run(config({ risk: { limits: [wide, tight] } }))
  ok((bound.orders.refused['too_many_orders'] ?? 0) > 0)
  ok(bound.orders.placed < free.orders.placed)
})

test('S2-ESTOP-1 a run that falls from its height stops itself, and ends flat', { skip }, () => {
  const stopped = run(
    config({ risk: { emergencyStop: { maxDayDrawdownBps: 1 } }, fees: { makerBps: 20, takerBps: 20 } }),
  )
  ok(stopped.warnings.some(words => /^emergency stop 1 by watch \(drawdown\): down 0\.0/.test(words)))
  ok((stopped.orders.refused['halted'] ?? 0) > 0)
  equal(stopped.positions[0]!.netLots, 0)
  deepEqual(stopped.checks, { ledgerZero: true, fillsEqualPositions: true, everyFillExplained: true })
})

test('the code version changes with the code and with nothing else', () => {
  match(codeVersion(), /^[0-9a-f]{64}$/)
  equal(codeVersion(), codeVersion())
})

const CONFIG = `tape: tapes/btc
strategy:
  name: market-maker
  parameters:
    quantity: "0.01"
capital:
  USDT: "10000"
latency:
  feedUs: 500
risk:
  maxPosition: "0.05"
  maxOpenOrders: 10
seed: 7
`
const faults: [string, string, RegExp][] = [
  ['seed: 7', 'seed: x', /^c.yaml:13:7 {2}seed {2}must be a number, was "x"/],
  ['  feedUs: 500', '  feedUss: 500', /^c.yaml:9:3 {2}latency.feedUss {2}is not a known key; did you mean feedUs\?/],
  [
    '  maxPosition: "0.05"',
    '  maxPosition: lots',
    /^c.yaml:11:16 {2}risk.maxPosition {2}must be a decimal number in quotes, such as "0.01", was "lots"/,
  ],
  ['  maxOpenOrders: 10', '  maxOpenOrders: 0', /^c.yaml:12:18 {2}risk.maxOpenOrders {2}must be at least 1, was 0/],
  ['tape: tapes/btc\n', '', /tape {2}is missing: it must be the folder of a tape/],
  ['  USDT: "10000"', '  USDT: 5', /capital.USDT {2}must be a decimal number in quotes, such as "0.01", was 5/],
  ['capital:\n  USDT: "10000"', 'capital: 5', /capital {2}must be a mapping of keys, was 5/],
  ['seed: 7', 'seed: 7\ntpae: x', /^c.yaml:14:1 {2}tpae {2}is not a known key; did you mean tape\?/],
  ['seed: 7', 'seed: 7\nseed: 8', /^c.yaml:14:1 {2}Map keys must be unique/],
  ['strategy:', '\tstrategy:', /^c.yaml:2:/],
]
for (const [from, to, words] of faults)
  test(`P-29 a wrong key or value is shown at its place: ${JSON.stringify(to)}`, () => {
    const parsed = parseConfig('c.yaml', CONFIG.replace(from, to), backtestConfigSchema, BACKTEST_KEYS)
    equal(parsed.ok, false)
    match(parsed.issues.map(issue => issue.text).join('\n'), words)
  })

test('P-29 the example validates', () => {
  const parsed = parseConfig('c.yaml', CONFIG, backtestConfigSchema)
  ok(parsed.ok && parsed.value.risk.maxOrdersPerSecond === 50)
})
