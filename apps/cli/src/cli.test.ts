import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'velocimex-cli-'))
after(() => rmSync(directory, { recursive: true }))

function velocimex(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, stdout, stderr }
}

const line = (raw: object, dir = 'recv', extra: object = {}): string =>
  JSON.stringify({ ts: '1700000000.000001', dir, conn: 'ws', raw: JSON.stringify(raw), ...extra })
const depth = (U: number, u: number, b: string[][], a: string[][] = []): string =>
  line({ stream: 'btcusdt@depth', data: { e: 'depthUpdate', E: 1700000000000, s: 'BTCUSDT', U, u, b, a } })
const snapshot = line({ lastUpdateId: 5, bids: [['100.5', '2']], asks: [['101', '3']] }, 'http', {
  url: 'https://x/api/v3/depth?symbol=BTCUSDT',
})
const trade = line({
  stream: 'btcusdt@trade',
  data: { e: 'trade', E: 1700000000001, s: 'BTCUSDT', t: 9, p: '101', q: '0.5', T: 1700000000001, m: false, M: true },
})
writeFileSync(
  join(directory, 'capture.jsonl'),
  [snapshot, depth(6, 6, [['100.75', '1']]), trade, depth(7, 8, [['100.5', '0']])].join('\n'),
)

test('import, look, run and ask: the tour, as JSON and as text', () => {
  const imported = velocimex([
    'tape',
    'import',
    '--venue',
    'binance-spot',
    '--capture',
    'capture.jsonl',
    '--out',
    'tape',
    '--json',
    '--quiet',
  ])
  equal(imported.status, 0, imported.stderr)
  const report = JSON.parse(imported.stdout)
  deepEqual([report.schemaVersion, report.gaps, report.crossedBooks, report.refusedTotal], [1, 0, 0, 0])
  deepEqual(report.books.BTCUSDT.bids, [['100.75', '1.0']])
  const again = velocimex(['tape', 'import', '--venue', 'binance-spot', '--capture', 'capture.jsonl', '--out', 'tape'])
  deepEqual([again.status, /--overwrite/.test(again.stderr)], [1, true])
  equal(JSON.parse(velocimex(['tape', 'info', 'tape', '--json']).stdout).kinds.trade, 1)
  const rows = velocimex(['tape', 'dump', 'tape', '--kind', 'trade', '--json'])
    .stdout.trim()
    .split('\n')
    .map(row => JSON.parse(row))
  deepEqual(
    rows.map(({ side, price, quantity, id }) => [side, price, quantity, id]),
    [['buy', '101.00', '0.5', 9]],
  )
  writeFileSync(
    join(directory, 'run.yaml'),
    'tape: tape\nstrategy:\n  name: market-maker\n  parameters: { quantity: "0.5", maxPosition: "1" }\n',
  )
  const run = velocimex(['backtest', 'run', 'run.yaml', '--out', 'run', '--json', '--quiet'])
  equal(run.status, 0, run.stderr)
  const { checks, runHash } = JSON.parse(run.stdout)
  deepEqual(checks, { ledgerZero: true, fillsEqualPositions: true, everyFillExplained: true })
  match(runHash, /^[0-9a-f]{64}$/)
  match(velocimex(['backtest', 'run', 'run.yaml', '--quiet']).stdout, /ledger balances to zero/)
})

test('S2-OMS-31 S2-OMS-32 a made-up market, and a market maker on it: with its rules it moves less, and fills the same', () => {
  const make = (out: string, seed: string) =>
    JSON.parse(velocimex(['tape', 'make', '--minutes', '3', '--seed', seed, '--out', out, '--json', '--quiet']).stdout)
  mkdirSync(join(directory, 'tapes'))
  const made = make('tapes/made', '7')
  equal(made.contentHash, make('again', '7').contentHash)
  notEqual(made.contentHash, make('other', '8').contentHash)
  mkdirSync(join(directory, 'examples'))
  const [policy, chasing] = ['maker-policy.yaml', 'maker-chasing.yaml'].map(name => {
    cpSync(join(EXAMPLES, name), join(directory, 'examples', name))
    const run = velocimex(['backtest', 'run', `examples/${name}`, '--json', '--quiet'])
    equal(run.status, 0, run.stderr)
    const { trades, orders } = JSON.parse(run.stdout)
    deepEqual([trades.makerRatio, orders.refused], [1, {}])
    return { fills: trades.fills, ...orders.queue }
  })
  const words = JSON.stringify([policy, chasing])
  ok(policy.places < 0.75 * chasing.places && policy.fills > 0.85 * chasing.fills, words)
  ok(policy.givenUp / policy.places < chasing.givenUp / chasing.places, words)
})

test('normalize writes events to stdout and refusals to stderr', () => {
  const good =
    '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":1,"p":"61837.63","q":"0.02","T":1723161255342,"m":true,"M":true}'
  const { status, stdout, stderr } = velocimex(['normalize', '--venue', 'binance-spot'], `${good}\nnonsense\n`)
  equal(status, 1)
  deepEqual(JSON.parse(stdout).price, '61837.63')
  match(stderr, /line 2 refused as malformed: nonsense/)
  equal(velocimex(['normalize', '--venue', 'binance-spot'], good).status, 0)
})

const rows: [number, string[], RegExp][] = [
  [0, ['--help'], /Examples:/],
  [0, ['tape', 'import', '--help'], /Examples:/],
  [0, ['--version'], /^0\.1\.0/],
  [2, [], /Examples:/],
  [2, ['tap'], /Did you mean tape\?/],
  [2, ['tape', 'import', '--venue', 'binance-spot'], /required option/],
  [
    2,
    ['tape', 'import', '--venue', 'mtgox', '--capture', 'capture.jsonl', '--out', 'x'],
    /known are binance-spot, binance-usdm/,
  ],
  [2, ['tape', 'dump', 'x', '--limit', 'many'], /'--limit <count>' argument 'many' is invalid/],
  [2, ['tape', 'dump', 'tape', '--kind', 'rumour'], /no kind rumour/],
  [
    3,
    ['tape', 'import', '--venue', 'binance-spot', '--capture', 'nowhere.gz', '--out', 'x'],
    /nowhere.gz does not exist/,
  ],
  [2, ['tape', 'import', '--venue', 'okx', '--out', 'x'], /'--capture <file>' not specified/],
  [0, ['tape', 'import', '--help'], /coinbase,\s+deribit,\s+kraken/],
  [2, ['record', '--venue', 'okx', '--symbols', ' , ', '--out', 'x'], /--symbols names none/],
  [2, ['record', '--venue', 'okx', '--symbols', 'A', '--out', 'x', '--seconds', 'soon'], /--seconds wants a positive/],
  [2, ['simulate-venue', 'kraken', '--port', '99999'], /--port wants a port of 0 to 65535, not 99999/],
  [3, ['simulate-venue', 'kraken', '--tape', 'nowhere'], /nowhere does not exist/],
  [2, ['tape', 'make', '--out', 'x', '--venue', 'mtgox'], /known are binance-spot, binance-usdm/],
  [2, ['tape', 'make', '--out', 'x', '--minutes', '0'], /--minutes 0 is not a whole number from 1 to 1440/],
  [2, ['tape', 'make', '--out', 'x', '--seed', ''], /is not a whole number/],
  [3, ['tape', 'make', '--out', 'x', '--symbol', 'TULIP'], /binance-usdm has no TULIP here; it has BTCUSDT/],
  [1, ['tape', 'make', '--out', 'tape'], /tape is there already/],
  [3, ['tape', 'info', 'nowhere'], /nowhere does not exist/],
  [3, ['tape', 'info', COMMAND], /velocimex\.mjs is a file; a tape is a folder/],
  [
    2,
    ['tape', 'dump', 'tape', '--from', 'x'],
    /'--from <sequence>' argument 'x' is invalid\. It must be a whole number/,
  ],
  [2, ['normalize', '--venue', 'krakn'], /venue krakn is not known; .*; did you mean kraken\?/],
  [2, ['simulate-venue', 'bybt'], /did you mean bybit/],
  [
    2,
    ['record', '--venue', 'kraken', '--symbols', 'A', '--out', 'x', '--rest', 'nonsense'],
    /--rest wants http:\/\/host:port/,
  ],
  [3, ['backtest', 'run', 'nowhere.yaml'], /does not exist/],
  [3, ['backtest', 'explain', 'nowhere', '1'], /holds no run/],
]
for (const [status, args, words] of rows)
  test(`velocimex ${args.join(' ')}: exit ${status}`, () => {
    const done = velocimex(args)
    equal(done.status, status, done.stderr)
    match(done.stdout + done.stderr, words)
    equal(existsSync(join(directory, 'x')), false)
  })

test('a wrong configuration is shown at its place: exit 4', () => {
  writeFileSync(
    join(directory, 'bad.yaml'),
    'tape: tape\nstrategy:\n  name: market-maker\nlatencyy:\n  feedUs: 1\nseed: soon\n',
  )
  const { status, stderr } = velocimex(['backtest', 'run', 'bad.yaml'])
  equal(status, 4)
  match(stderr, /bad.yaml:4:1 {2}latencyy {2}is not a known key; did you mean latency\?/)
  match(stderr, /bad.yaml:6:7 {2}seed/)
  writeFileSync(join(directory, 'bad.yaml'), 'tape: tape\nstrategy:\n  name: oracle\n')
  equal(velocimex(['backtest', 'run', 'bad.yaml']).status, 4)
})

test('a scenario that cannot be read or played ends the command with what is wrong, never with a stack', () => {
  const scenario = join(directory, 'faults.txt')
  const fault = 'F {"on":"frame","kind":"drop"}\n'
  const scenarios: [string, number, RegExp][] = [
    ['X 999', 4, /faults\.txt: line 1: X wants a close code, 1000 to 4999/],
    [
      'F {"on":"frme","kind":"drop"}',
      4,
      /line 1: F: on must be request, message or frame, was "frme"; did you mean frame/,
    ],
    [fault.repeat(1001), 1, /faults\.txt: the scenario cannot go on: more faults wait than a venue keeps/],
  ]
  for (const [text, code, words] of scenarios) {
    writeFileSync(scenario, text)
    const { status, stderr } = velocimex(['simulate-venue', 'kraken', '--faults', scenario])
    equal(status, code, stderr)
    match(stderr, words)
    ok(!stderr.includes('    at '), stderr)
  }
  const folder = velocimex(['simulate-venue', 'kraken', '--faults', directory])
  equal(folder.status, 1)
  match(folder.stderr, /is a folder, not a scenario/)
  equal(velocimex(['simulate-venue', 'kraken', '--faults', 'nowhere.txt']).status, 3)
})

test('a simulated venue on a port that is taken names the port and the remedy', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { status, stderr } = velocimex(['simulate-venue', 'kraken', '--port', String(port)])
  taken.close()
  deepEqual(
    [status, stderr],
    [1, `velocimex: port ${port} is taken by another process: give another one, or 0 for one that is free\n`],
  )
})
