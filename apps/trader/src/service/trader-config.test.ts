import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { accountPlace } from './account-place.ts'
import { DEMO_CONFIG } from './demo-config.ts'
import { type AccountConfig, loadTraderConfig } from './trader-config.ts'
import { venueAccess } from './venue-access.ts'

const EXAMPLE = fileURLToPath(new URL('../../../../examples/trader.yaml', import.meta.url))

function inFolder(work: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'config-'))
  try {
    work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const DEMO = DEMO_CONFIG.accounts[0]!

test('the example is what is traded without a configuration', () => {
  const loaded = loadTraderConfig(EXAMPLE)
  ok(loaded.ok, loaded.issues.map(({ text }) => text).join('\n'))
  deepEqual(loaded.value, DEMO_CONFIG)
})

const FAULTY: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  [
    'an unknown venue',
    'venue: okx-swap',
    'venue: okx-swop',
    /:50:12 {2}accounts\.2\.venue {2}must be one of .*okx-swap/,
  ],
  ['a group of markets', 'venue: okx-swap', 'venue: bybit', /accounts\.2\.venue {2}must be one of/],
  ['a name that is no folder', 'name: okx-swap', 'name: ../okx', /accounts\.2\.name {2}must be 1 to 40 small letters/],
  ['a name twice', 'name: okx-swap', 'name: bybit-linear', /accounts\.2\.name {2}occurs twice/],
  ['a misspelt key', 'maxOpenOrders: 10', 'maxOpenOrder: 10', /maxOpenOrders/],
  ['no greatest position', / *maxPosition: "5"\n/, '', /accounts\.2\.risk {2}needs maxPosition/],
  ['an unknown mode', 'mode: live  ', 'mode: paper  ', /must be live, simulation or observation/],
  ['a key of nobody', 'key: 1 ', 'key: 3 ', /accounts\.0\.key/],
  ['a key of the environment at a simulated venue', 'key: 1 ', 'key: BINANCE ', /must be 1 or 2 at a simulated venue/],
  [
    'a simulated key at the venue',
    'endpoint: simulated ',
    'endpoint: venue ',
    /must be the start of names in the environment/,
  ],
  [
    'an address without a host',
    'endpoint: simulated ',
    'endpoint: { rest: ftp://x, sockets: "wss://x" } ',
    /http:\/\/host|must be/,
  ],
  [
    'one account under two names',
    'venue: bybit-linear\n',
    'venue: binance-usdm\n',
    /accounts\.1\.key {2}is that of binance-usdm, too/,
  ],
  [
    'a strategy on a symbol of none',
    '- kind: momentum',
    '- kind: momentum\n        symbols: [ETHUSDT]',
    /ETHUSDT is not among/,
  ],
]

for (const [name, from, to, told] of FAULTY)
  test(`a configuration with ${name} is refused with its place`, () =>
    inFolder(directory => {
      const text = readFileSync(EXAMPLE, 'utf8')
      const changed = text.replace(from, to)
      ok(changed !== text, 'the example has what is changed')
      const path = join(directory, 'trader.yaml')
      writeFileSync(path, changed)
      const loaded = loadTraderConfig(path)
      equal(loaded.ok, false)
      match(loaded.issues.map(({ text: words }) => words).join('\n'), told)
    }))

test('two keys of a simulated venue are two accounts there; a third there is not', () => {
  const key = (apiKey: string) => ({ apiKey, secret: 's', passphrase: '' })
  const address = {
    venue: 'binance-usdm',
    rest: 'http://h',
    sockets: 'ws://h',
    control: '',
    keys: [key('a'), key('b')],
  }
  const at = (account: AccountConfig): string =>
    venueAccess(account, 'binance-usdm', { 'binance-usdm': address }, {}).credentials.apiKey
  deepEqual([at(DEMO), at({ ...DEMO, key: 2 })], ['a', 'b'])
  throws(() => at({ ...DEMO, key: 3 }), /has 2 keys/)
})

test('keys of real venues come from the environment, and what is missing is named without a secret', () => {
  const account: AccountConfig = { ...DEMO, endpoint: 'venue', key: 'MINE' }
  const environment = { MINE_API_KEY: 'k', MINE_API_SECRET: 's', MINE_API_PASSPHRASE: 'p' }
  deepEqual(venueAccess(account, 'binance-usdm', {}, environment), {
    privateSockets: 'wss://fstream.binance.com',
    orderSockets: 'wss://ws-fapi.binance.com',
    credentials: { apiKey: 'k', secret: 's', passphrase: 'p' },
  })
  throws(() => venueAccess(account, 'binance-usdm', {}, { MINE_API_KEY: 'k' }), {
    message: 'binance-usdm: the environment variable MINE_API_SECRET is not set',
  })
  const endpoint = { rest: 'https://test', sockets: 'wss://test' }
  deepEqual(venueAccess({ ...account, endpoint }, 'binance-usdm', {}, environment).privateSockets, 'wss://test')
})

test('what was traded at a venue is never taken for, or deleted as, what was traded on a simulated one', () =>
  inFolder(directory => {
    const real: AccountConfig = { ...DEMO, endpoint: 'venue', key: 'MINE' }
    equal(accountPlace(directory, real, true), 1)
    mkdirSync(join(directory, real.name, 'journal'))
    equal(accountPlace(directory, real, true), 1)
    ok(readdirSync(join(directory, real.name)).includes('journal'), 'a start with new simulated venues leaves it alone')
    throws(() => accountPlace(directory, DEMO, true), /is that of an account at binance-usdm \(venue\)/)
    const test = { rest: 'https://test', sockets: 'wss://test' }
    throws(() => accountPlace(directory, { ...real, endpoint: test }, true), /give the account another name/)
    ok(readdirSync(join(directory, real.name)).includes('journal'))
  }))

test('an account keeps its number; a simulated venue that begins anew voids its journal', () =>
  inFolder(directory => {
    const other: AccountConfig = { ...DEMO, name: 'second', key: 2 }
    deepEqual([accountPlace(directory, DEMO, true), accountPlace(directory, other, true)], [1, 2])
    mkdirSync(join(directory, 'second', 'journal'))
    equal(accountPlace(directory, other, false), 2)
    ok(readdirSync(join(directory, 'second')).includes('journal'), 'a venue that went on goes on')
    equal(accountPlace(directory, other, true), 2)
    deepEqual(readdirSync(join(directory, 'second')), ['place.json'])
    rmSync(join(directory, 'second', 'place.json'))
    mkdirSync(join(directory, 'second', 'journal'))
    throws(() => accountPlace(directory, other, true), /place\.json is not there/)
  }))
