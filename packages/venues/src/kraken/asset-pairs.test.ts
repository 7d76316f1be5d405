import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Instrument } from '@velocimex/core/market/instrument'
import { recordings } from '../market-codec.conformance.ts'
import { parseAssetPairs } from './asset-pairs.ts'
import { altName, olderPairName, splitPair } from './pair-names.ts'

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

function parsed(text: string): readonly Instrument[] {
  const result = parseAssetPairs(text)
  if (!result.ok) throw new Error(result.reason)
  return result.value.instruments
}

test('one pair has four names: BTC/USD, XBT/USD, XBTUSD, and the unified one', () => {
  deepEqual(splitPair('XBT/USD'), { base: 'BTC', quote: 'USD' })
  deepEqual(splitPair('ADA/XBT'), { base: 'ADA', quote: 'BTC' })
  deepEqual(['BTC/USD', 'DOGE/BTC', 'ETH/EUR'].map(olderPairName), ['XBT/USD', 'XDG/XBT', 'ETH/EUR'])
  deepEqual(['BTC/USD', 'DOGE/BTC'].map(altName), ['XBTUSD', 'XDGXBT'])
  for (const name of ['XBTUSD', 'A/B/C', '/USD', 'a b/USD', 'A"/USD']) equal(splitPair(name), undefined)
})

test('a list of 2021: every pair with a name on the socket, and its REST name from ours', { skip }, () => {
  const file = new URL('kraken/asset-pairs-2021-04-17.jsonl.gz', place)
  const { raw } = JSON.parse(gunzipSync(readFileSync(file)).toString())
  const result = parseAssetPairs(raw)
  if (!result.ok) throw new Error(result.reason)
  const { instruments, skipped } = result.value
  deepEqual([instruments.length, skipped.length], [293, 11])
  equal(
    skipped.every(({ symbol, words }) => symbol.endsWith('.d') && words === 'wsname'),
    true,
  )
  const listed = Object.values(JSON.parse(raw).result as Record<string, { altname: string; wsname?: string }>)
  const names = listed.filter(({ wsname }) => wsname !== undefined).map(({ altname }) => altname)
  deepEqual(
    instruments.map(({ symbol }) => altName(symbol)),
    names,
  )
  const bitcoin = instruments.find(({ symbol }) => symbol === 'BTC/USD')!
  deepEqual(
    [bitcoin.unified, bitcoin.price, bitcoin.quantity, bitcoin.bounds.quantityMin, bitcoin.fees],
    ['BTC/USD', { decimals: 1, step: 1 }, { decimals: 8, step: 1 }, 20_000, { maker: 160_000, taker: 260_000 }],
  )
})

test('the examples http_asset_pairs.json and http_asset_pairs_tokenized.json', { skip }, () => {
  const read = (file: string): readonly Instrument[] =>
    parsed(readFileSync(new URL(`kraken/fixtures/${file}`, place), 'utf8'))
  const [tether] = read('http_asset_pairs.json')
  deepEqual([tether!.symbol, tether!.base.code, tether!.quote.code], ['BTC/USDT', 'BTC', 'USDT'])
  deepEqual(tether!.fees.taker, 400_000)
  const [apple] = read('http_asset_pairs_tokenized.json')
  deepEqual(
    [apple!.symbol, apple!.price, apple!.bounds, apple!.fees],
    [
      'AAPLx/USD',
      { decimals: 2, step: 1 },
      { quantityMin: 1, notionalMin: 5_000_000_000n },
      { maker: -20_000, taker: 100_000 },
    ],
  )
})

test('what is not whole is skipped and named; what is no list is refused', () => {
  const pair = { wsname: 'A/B', pair_decimals: 2, lot_decimals: 8, lot_multiplier: 1, ordermin: '1' }
  const result = parseAssetPairs(
    JSON.stringify({
      error: [],
      result: {
        good: pair,
        twice: pair,
        tick: { ...pair, wsname: 'C/B', tick_size: 'x' },
        lots: { ...pair, wsname: 'D/B', lot_multiplier: 2 },
        nothing: 5,
      },
    }),
  )
  if (!result.ok) throw new Error(result.reason)
  deepEqual(
    result.value.instruments.map(({ symbol }) => symbol),
    ['A/B'],
  )
  deepEqual(
    result.value.skipped.map(({ words }) => words),
    ['listed twice as A/B', 'tick_size or pair_decimals', 'lot_decimals or lot_multiplier', 'not an object'],
  )
  for (const text of ['x', '[]', '{}', '{"error":["EGeneral:Temporary lockout"]}', '{"result":{}}'])
    deepEqual(parseAssetPairs(text), { ok: false, reason: 'malformed' })
})
