import { deepEqual, equal, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importCaptures } from '@velocimex/backtester/import/import-captures'
import { SimulatedVenue } from '@velocimex/simulator/simulated-venue'
import { SIDES } from '@velocimex/venues/sides'

const cli = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))

/** A recorder in a process of its own. */
function record(venue: SimulatedVenue, id: string, symbol: string, out: string, ...more: string[]): ChildProcess {
  const addresses = ['--sockets', `ws://127.0.0.1:${venue.port}`, '--rest', `http://127.0.0.1:${venue.port}`]
  const args = [cli, 'record', '--venue', id, '--symbols', symbol, '--out', out, ...addresses, '--json', ...more]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Resolves when a process has said a text on stderr. */
function until(child: ChildProcess, text: string): Promise<void> {
  let said = ''
  return new Promise((done, fail) => {
    child.stderr!.on('data', chunk => {
      said += String(chunk)
      if (said.includes(text)) done()
    })
    child.once('close', () => fail(new Error(`the process ended without ${text}: ${said}`)))
  })
}

async function withVenue(id: string, trial: (venue: SimulatedVenue, out: string) => Promise<void>): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'record-'))
  const venue = await SimulatedVenue.start({ side: SIDES.get(id)!, seed: 5, port: 0, controlPort: 0 })
  try {
    await trial(venue, out)
  } finally {
    await venue.stop()
    rmSync(out, { recursive: true, force: true })
  }
}

for (const [id, symbol] of [
  ['binance-spot', 'BTCUSDT'],
  ['binance-usdm', 'BTCUSDT'],
  ['bybit-linear', 'BTCUSDT'],
  ['okx', 'BTC-USDT'],
  ['kraken', 'BTC/USD'],
] as const)
  test(`S0-MDS ${id}: what is recorded is read whole, also behind a cut line, and its tape holds the market`, () =>
    withVenue(id, async (venue, out) => {
      const child = record(venue, id, symbol, out, '--seconds', '6', '--rotate', '4')
      await venue.server.heard(id.startsWith('binance') ? 'depth' : 'book')
      venue.server.plan.add({
        on: 'frame',
        match: '',
        kind: 'drop',
        times: 3,
        status: 0,
        body: '',
        headers: {},
        amount: 0,
      })
      setTimeout(() => venue.server.closeAll(1006, ''), 800)
      let said = ''
      child.stdout!.on('data', chunk => (said += String(chunk)))
      const [code] = await once(child, 'close')
      equal(code, 0, said)
      const summary = JSON.parse(said) as { files: string[]; tapes: string[]; records: number }
      ok(summary.files.length >= 2 && summary.tapes.length === summary.files.length, said)
      for (const [at, file] of summary.files.entries()) {
        const read = await importCaptures({ venue: id, captures: [file], out: join(out, `again-${at}`) })
        ok(read.ok)
        deepEqual([read.value.refusedTotal, read.value.crossedBooks, read.value.quotes.differed], [0, 0, 0])
        ok(
          read.value.instruments.every(({ synced }) => synced),
          `${file} ends with a book that is the venue's`,
        )
      }
    }))

test('a recorder that is killed leaves what it heard; the next one packs it', () =>
  withVenue('binance-spot', async (venue, out) => {
    const first = record(venue, 'binance-spot', 'BTCUSDT', out)
    await until(first, 'ready')
    first.kill('SIGKILL')
    await once(first, 'close')
    const folder = join(out, 'captures')
    const [part] = readdirSync(folder)
    equal(part!.endsWith('.jsonl.part'), true)
    ok(readFileSync(join(folder, part!)).length > 1000)
    const second = record(venue, 'binance-spot', 'BTCUSDT', out, '--no-tape')
    await until(second, 'ready')
    second.kill('SIGTERM')
    const [code] = await once(second, 'close')
    equal(code, 0)
    equal(readdirSync(folder).filter(name => name.endsWith('.jsonl.gz')).length, 2)
  }))

test('what cannot be recorded is told with its exit code', () =>
  withVenue('binance-spot', async (venue, out) => {
    const unknown = record(venue, 'binance-spot', 'NOPEUSDT', out)
    await until(unknown, 'binance-spot does not list NOPEUSDT; it lists BTCUSDT, ')
    equal((await once(unknown, 'close'))[0], 3)
    const near = record(venue, 'binance-spot', 'BTCUSDT,btc-usdt', out)
    await until(near, 'binance-spot does not list btc-usdt (did you mean BTCUSDT?)')
    equal((await once(near, 'close'))[0], 3)
    const usage = record(venue, 'nowhere', 'BTCUSDT', out)
    await until(usage, 'venue nowhere is not known')
    equal((await once(usage, 'close'))[0], 2)
  }))
