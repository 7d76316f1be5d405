// Foreign clients trade on our simulated venues: `npm run conformance`, or some of them: `npm run conformance -- okx`.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { trade } from './steps.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
if (!existsSync(`${here}node_modules/ccxt`)) {
  console.error('Installing the foreign clients (once) ...')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
}
const { default: ccxt } = await import('ccxt')

const VENUES = {
  'binance-spot': { client: 'binance', symbol: 'BTC/USDT', amount: 0.01 },
  'binance-usdm': { client: 'binanceusdm', symbol: 'BTC/USDT:USDT', amount: 0.01 },
  bybit: { client: 'bybit', symbol: 'BTC/USDT:USDT', amount: 0.01 },
  'bybit-spot': { client: 'bybit', symbol: 'BTC/USDT', amount: 0.01 },
  'okx-spot': { client: 'okx', symbol: 'BTC/USDT', amount: 0.01 },
  // In contracts, of a hundredth of a bitcoin each.
  okx: { client: 'okx', symbol: 'BTC/USDT:USDT', amount: 1 },
  'okx-swap': { client: 'okx', symbol: 'BTC/USD:BTC', amount: 1 },
  // ccxt tells the number of the amendment in the place of the order's id, which stays.
  kraken: { client: 'kraken', symbol: 'BTC/USD', amount: 0.01, keepsId: true },
  coinbase: { client: 'coinbase', symbol: 'BTC/USD', amount: 0.01 },
  // In dollars.
  deribit: { client: 'deribit', symbol: 'BTC/USD:BTC', amount: 1000 },
  'bybit-linear': { client: 'bybit', symbol: 'BTC/USDT:USDT', amount: 0.01 },
}

/** Starts a venue in a process of its own. */
function start(venue) {
  const cli = fileURLToPath(new URL('../apps/cli/bin/velocimex.mjs', import.meta.url))
  const child = spawn(process.execPath, [cli, 'simulate-venue', venue, '--seed', '7', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((done, fail) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      try {
        done({ child, ...JSON.parse(text) })
      } catch {
        // Not all of it has come.
      }
    })
    child.once('exit', code => fail(new Error(`${venue} ended with ${code}`)))
  })
}

const asked = process.argv.slice(2)
let failed = 0
for (const [name, venue] of Object.entries(VENUES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const { child, rest, keys } = await start(name)
  const [key] = keys
  const credentials = { apiKey: key.apiKey, secret: venue.secret ?? key.secret, password: key.passphrase }
  const client = new ccxt.pro[venue.client]({ ...credentials, ...venue.options })
  const told = []
  const failures = await trade(client, venue, new URL(rest).port, (step, error) => {
    told.push(error === undefined ? step : `${step} FAILED: ${String(error.message).slice(0, 200)}`)
  })
  await client.close()
  child.kill()
  console.log(`${failures.length === 0 ? 'ok    ' : 'FAILED'} ${name} by ccxt ${ccxt.version}: ${told.join(', ')}`)
  failed += failures.length === 0 ? 0 : 1
}
console.log(`${failed === 0 ? 'all venues' : `${failed} venues not`} traded on`)
process.exit(failed === 0 ? 0 : 1)
