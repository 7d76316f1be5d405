// Foreign clients trade on our simulated venues: `npm run conformance`, or some of them: `npm run conformance -- okx`
// (a venue) or `npm run conformance -- okx-api` (a client).
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installClients, versionOf } from './installed.mjs'
import { stepsOf, within } from './patience.mjs'

installClients()
// Only now can they be imported.
const { ccxtTrades } = await import('./steps.mjs')
const { KeptLog, wordsOf } = await import('./sdk-sockets.mjs')
const { binanceSpot, binanceUsdm } = await import('./sdk-binance.mjs')
const { bybitIn } = await import('./sdk-bybit.mjs')
const { coinbase } = await import('./sdk-coinbase.mjs')
const { kraken } = await import('./sdk-kraken.mjs')
const { okxIn } = await import('./sdk-okx.mjs')

const VENUES = {
  'binance-spot': [ccxtTrades({ client: 'binance', symbol: 'BTC/USDT', amount: 0.01 }), binanceSpot],
  'binance-usdm': [ccxtTrades({ client: 'binanceusdm', symbol: 'BTC/USDT:USDT', amount: 0.01 }), binanceUsdm],
  bybit: [ccxtTrades({ client: 'bybit', symbol: 'BTC/USDT:USDT', amount: 0.01 }), bybitIn('linear')],
  'bybit-spot': [ccxtTrades({ client: 'bybit', symbol: 'BTC/USDT', amount: 0.01 }), bybitIn('spot')],
  'okx-spot': [
    ccxtTrades({ client: 'okx', symbol: 'BTC/USDT', amount: 0.01 }),
    okxIn({ instType: 'SPOT', instId: 'BTC-USDT', sz: '0.01' }),
  ],
  // In contracts, of a hundredth of a bitcoin each.
  okx: [
    ccxtTrades({ client: 'okx', symbol: 'BTC/USDT:USDT', amount: 1 }),
    okxIn({ instType: 'SWAP', instId: 'BTC-USDT-SWAP', sz: '1' }),
  ],
  'okx-swap': [
    ccxtTrades({ client: 'okx', symbol: 'BTC/USD:BTC', amount: 1 }),
    okxIn({ instType: 'SWAP', instId: 'BTC-USD-SWAP', sz: '1' }),
  ],
  // ccxt tells the number of the amendment in the place of the order's id, which stays.
  kraken: [ccxtTrades({ client: 'kraken', symbol: 'BTC/USD', amount: 0.01, keepsId: true }), kraken],
  coinbase: [ccxtTrades({ client: 'coinbase', symbol: 'BTC/USD', amount: 0.01 }), coinbase],
  // In dollars.
  deribit: [ccxtTrades({ client: 'deribit', symbol: 'BTC/USD:BTC', amount: 1000 })],
  'bybit-linear': [ccxtTrades({ client: 'bybit', symbol: 'BTC/USDT:USDT', amount: 0.01 }), bybitIn('linear')],
}

/** Starts a venue in a process of its own. */
function start(venue) {
  const cli = fileURLToPath(new URL('../apps/cli/bin/velocimex.mjs', import.meta.url))
  const child = spawn(process.execPath, [cli, 'simulate-venue', venue, '--seed', '7', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Whatever a client does to this process, its venue does not outlive it.
  const end = () => child.kill()
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  const started = new Promise((done, fail) => {
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
  return within(30_000, started)
}

/** One client on a venue of its own. @returns whether every step was done */
async function tries(name, client) {
  const { child, rest, sockets, keys } = await start(name)
  const told = []
  const log = new KeptLog()
  const { step, failures } = stepsOf((name, error) => {
    const words = error === undefined ? [] : [wordsOf(error).slice(0, 300), log.lastError.slice(0, 300)]
    told.push(error === undefined ? name : `${name} FAILED: ${words.filter(Boolean).join('; ')}`)
    log.lastError = ''
  })
  try {
    await client.trade({ rest, sockets, key: keys[0], log }, step)
  } catch (error) {
    // A step that failed left nothing for the next one to go on with.
    failures.push('the rest')
    told.push(`ended: ${wordsOf(error).slice(0, 200)}`)
  } finally {
    child.kill()
  }
  const verdict = failures.length === 0 ? 'ok    ' : 'FAILED'
  console.log(`${verdict} ${name} by ${client.of} ${versionOf(client.of)}: ${told.join(', ')}`)
  return failures.length === 0
}

const asked = process.argv.slice(2)
const known = Object.entries(VENUES).flatMap(([name, clients]) => [name, ...clients.map(({ of }) => of)])
const unknown = asked.find(each => !known.includes(each))
if (unknown !== undefined) {
  console.error(`no venue and no client is called ${unknown}; there are ${[...new Set(known)].join(', ')}`)
  process.exit(2)
}
let failed = 0
for (const [name, clients] of Object.entries(VENUES)) {
  for (const client of clients) {
    if (asked.length > 0 && !asked.includes(name) && !asked.includes(client.of)) continue
    if (!(await tries(name, client))) failed++
  }
}
console.log(failed === 0 ? 'all clients traded on all venues' : `${failed} trades of a client on a venue failed`)
process.exit(failed === 0 ? 0 : 1)
