import { deepEqual, equal, ok } from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { AccountConfig } from './trader-config.ts'
import { venueAccess } from './venue-access.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PEM = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
const BYTES = Buffer.alloc(64, 7).toString('base64')

/** What a start says to a key of an account named `mine`; undefined where it takes it. */
function refusal(venue: string, KEY: string, SECRET: string, PASSPHRASE?: string): string | undefined {
  const account = { name: 'mine', venue, endpoint: 'venue', key: 'MINE' } as unknown as AccountConfig
  const environment = { MINE_API_KEY: KEY, MINE_API_SECRET: SECRET, MINE_API_PASSPHRASE: PASSPHRASE }
  try {
    venueAccess(account, venue, {}, environment)
    return undefined
  } catch (cause) {
    return (cause as Error).message
  }
}

test('S2-SEC-1 keys of the form that the venue gives are taken', () => {
  equal(refusal('coinbase', 'organizations/a/apiKeys/b', PEM), undefined)
  equal(refusal('coinbase', 'organizations/a/apiKeys/b', PEM.replaceAll('\n', '\\n')), undefined)
  equal(refusal('coinbase', 'b', BYTES), undefined)
  equal(refusal('kraken', 'key/+', BYTES), undefined)
  equal(refusal('okx', 'a-b', 'ABC', 'two words'), undefined)
  for (const venue of ['binance-spot', 'binance-usdm', 'bybit-spot', 'bybit-linear', 'deribit'])
    equal(refusal(venue, 'key', 'secret'), undefined)
})

test('S2-SEC-18 a key in the wrong form is refused at the start: account, variable and remedy are named, the key is not', () => {
  const half = PEM.slice(0, 60)
  const told: readonly (readonly [venue: string, key: string, secret: string, passphrase: string, words: RegExp])[] = [
    [
      'coinbase',
      'organizations/a/apiKeys/b',
      half,
      '',
      /MINE_API_SECRET is a part of a private key .* paste the privateKey/,
    ],
    ['coinbase', 'k', PEM.replaceAll('\n', ''), '', /MINE_API_SECRET is a part of .* or has lost its ends of lines/],
    [
      'coinbase',
      'k',
      PEM.replaceAll('\n', ' '),
      '',
      /MINE_API_SECRET is a private key in PEM that cannot be read: paste/,
    ],
    [
      'coinbase',
      'k',
      PEM.replace(/\n..../, '\nAAAA'),
      '',
      /MINE_API_SECRET is a private key in PEM that cannot be read/,
    ],
    ['coinbase', 'k', 'hunter2hunter2', '', /MINE_API_SECRET is neither a private key in PEM nor one of 64 bytes/],
    ['coinbase', 'k', ' \n ', '', /MINE_API_SECRET is empty/],
    ['kraken', 'k', 'hunter2_hunter2-hunter2', '', /MINE_API_SECRET is not base 64: paste/],
    ['kraken', 'k', 'aHVudGVyMg==', '', /MINE_API_SECRET has 7 bytes, .* 64: paste all/],
    ['kraken', 'k', `${BYTES} `, '', /MINE_API_SECRET holds spaces or ends of lines: paste it again/],
    ['binance-spot', 'k', ' ', '', /MINE_API_SECRET holds spaces/],
    ['binance-spot', 'k', PEM, '', /MINE_API_SECRET is a private key in PEM: this venue gives a shared secret/],
    ['bybit-linear', 'hunter2 ', 's', '', /MINE_API_KEY holds spaces/],
    ['deribit', 'hunter2\u00e9', 's', '', /MINE_API_KEY holds characters that no key has/],
    ['okx', 'k', 's', '', /MINE_API_PASSPHRASE is not set: OKX asks/],
    ['okx', 'k', 's', ' hunter2', /MINE_API_PASSPHRASE begins or ends with a space/],
    ['binance-spot', 'k', '', '', /MINE_API_SECRET is not set/],
  ]
  for (const [venue, key, secret, passphrase, words] of told) {
    const said = refusal(venue, key, secret, passphrase) ?? 'taken'
    ok(words.test(said), `${venue}: ${said}`)
    ok(said.startsWith('mine: the environment variable '), said)
    const leaks = [key, secret, passphrase].flatMap(text => text.split(/\s/)).filter(text => text.length >= 7)
    deepEqual(
      leaks.filter(text => said.includes(text)),
      [],
      said,
    )
  }
})
