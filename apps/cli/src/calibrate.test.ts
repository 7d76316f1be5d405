import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LIQUID_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import { SyntheticMarket } from '@velocimex/core/exchange/synthetic-market'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { linearContract } from '@velocimex/core/market/money'
import { TapeWriter } from '@velocimex/host/tape/tape-writer'

const COMMAND = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'velocimex-calibrate-'))
after(() => rmSync(directory, { recursive: true }))

const usdt = { code: 'USDT', decimals: 8 }
const price = { decimals: 2, step: 1 }
const quantity = { decimals: 5, step: 1 }
const SPOT: Instrument = {
  ...{ index: 0, venue: 'sim', symbol: 'BTCUSDT', unified: 'BTC/USDT', kind: 'spot', price, quantity },
  ...{ base: { code: 'BTC', decimals: 8 }, quote: usdt, settle: usdt },
  contract: linearContract(price, quantity, usdt.decimals),
  ...{ bounds: { quantityMin: 1, notionalMin: 5_00000000n }, fees: { maker: 0, taker: 0 }, grids: 'published' },
}

function calibrate(...args: readonly string[]) {
  const options = { cwd: directory, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } } as const
  return spawnSync(process.execPath, [COMMAND, 'calibrate', ...args], options)
}

const tape = new TapeWriter(join(directory, 'tape'), { instruments: new InstrumentTable([SPOT]), provenance: {} })
new SyntheticMarket(3, 1_000_000, [LIQUID_FLOW], tape).runUntil(121_000_000)
tape.close()

test('a tape beside the model, as text and as JSON, and drawn', () => {
  const text = calibrate('--tape', 'tape', '--seconds', '60')
  equal(text.status, 0, text.stderr)
  match(text.stdout, /^BTC\/USDT on sim, and the liquid spot model with seed 7 for 60 s\n/)
  match(text.stdout, /spread\.one-tick +0\.99\d* +0\.9\d* +✓ ± 0\.01 +share/)
  const { status, stdout } = calibrate('--tape', 'tape', '--seconds', '60', '--seed', '9', '--json', '--plot', 'plots')
  equal(status, 0)
  const { instrument, model, seed, figures } = JSON.parse(stdout)
  deepEqual([instrument, model, seed], ['BTC/USDT', 'liquid spot', 9])
  deepEqual(Object.keys(figures[0]), ['name', 'unit', 'tolerance', 'recorded', 'model', 'holds'])
  const near = figures.filter(({ holds }: { holds: boolean }) => holds).length
  ok(near > 0.6 * figures.length, `the model resembles itself in ${near} of ${figures.length} figures`)
  const plots = readdirSync(join(directory, 'plots'))
  deepEqual(
    plots,
    ['counts', 'depth', 'gaps', 'returns', 'signs', 'takes', 'touch'].map(name => `market-${name}.svg`),
  )
  for (const plot of plots) {
    const svg = readFileSync(join(directory, 'plots', plot), 'utf8')
    match(svg, /^<svg [\s\S]*prefers-color-scheme:dark[\s\S]*<\/svg>\n$/)
    equal(/NaN|Infinity|undefined/.test(svg), false, plot)
  }
})

const refusals: [number, string[], RegExp][] = [
  [2, [], /--tape <dir>/],
  [2, ['--tape', 'tape', '--seed', 'x'], /--seed x is not a whole number from 0 to/],
  [2, ['--tape', 'tape', '--seconds', '5'], /--seconds 5 is not a whole number from 60 to 86400/],
  [3, ['--tape', 'nowhere'], /nowhere does not exist/],
  [3, ['--tape', 'tape', '--instrument', 'DOGE'], /DOGE is not on the tape; it holds BTCUSDT/],
]
for (const [status, args, words] of refusals)
  test(`velocimex calibrate ${args.join(' ')}: exit ${status}`, () => {
    const done = calibrate(...args)
    equal(done.status, status)
    match(done.stderr, words)
  })
