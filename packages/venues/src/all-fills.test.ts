import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Cryptography } from './cryptography.ts'
import type { OrderCodec } from './order-venue.ts'
import { ORDER_VENUES } from './order-venues.ts'
import { FULL_PAGE } from './wire/query-answer.ts'

const at = 1_700_000_000_000_000 as Micros
const since = 1_600_000_000_000_000 as Micros
const cryptography: Cryptography = {
  ...{ hmac: () => new Uint8Array(32), digest: () => new Uint8Array(32), sign: () => new Uint8Array(64) },
  random: bytes => new Uint8Array(bytes),
}
const grid = { decimals: 2, step: 1 }

function codecOf(venue: string, symbols: readonly (readonly [symbol: string, settle: string])[]): OrderCodec {
  const all = symbols.map(([symbol, settle], index): Instrument => {
    const coin = { code: settle, decimals: 8 }
    return {
      ...{ index, venue, symbol, unified: symbol, kind: 'spot', base: { code: 'BTC', decimals: 8 }, quote: coin },
      ...{ settle: coin, grids: 'published', price: grid, quantity: grid, bounds: {}, fees: { maker: 0, taker: 0 } },
      contract: { kind: 'linear', minorPerTickLot: 1n },
    }
  })
  const credentials = { apiKey: 'key', secret: 'c2VjcmV0', passphrase: 'x' }
  return ORDER_VENUES.get(venue)!.makeOrderCodec({ instruments: new InstrumentTable(all), credentials, cryptography })
}

const THREE = [['A/USD', 'USD'] as const, ['B/USD', 'USD'] as const, ['C/USD', 'USD'] as const]

test('S2-OMS-15 executions of all instruments: one request where the venue tells them together', () => {
  for (const venue of ['kraken', 'okx', 'coinbase', 'bybit-spot', 'bybit-linear']) {
    const requests = codecOf(venue, THREE).allFills!(since, at)
    deepEqual(
      requests.map(({ call, instrument }) => [call, instrument]),
      [['fills', -1]],
      venue,
    )
    const said = requests[0]!.path + (requests[0]!.body ?? '')
    ok(!/symbol|instId|product_ids|pair/.test(said), `${venue}: ${said}`)
  }
  for (const venue of ['binance-spot', 'binance-usdm']) equal(codecOf(venue, THREE).allFills, undefined, venue)
})

test('S2-OMS-15 executions at Deribit: one request a currency', () => {
  const codec = codecOf('deribit', [...THREE, ['BTC-PERPETUAL', 'BTC']])
  deepEqual(
    codec.allFills!(since, at).map(({ body = '', path }) => /currency[^A-Z]*([A-Z]+)/.exec(body + path)![1]),
    ['USD', 'BTC'],
  )
})

test('S2-OMS-15 a page of all executions that is full proves nothing, and says so', () => {
  const row = { instId: 'other', execType: 'T' }
  const told: readonly (readonly [venue: string, body: object])[] = [
    ['okx', { code: '0', data: Array.from({ length: 100 }, () => row) }],
    ['coinbase', { fills: [], cursor: 'more' }],
    [
      'bybit-spot',
      { retCode: 0, result: { list: Array.from({ length: 100 }, () => ({ symbol: 'x' })), nextPageCursor: 'p' } },
    ],
    ['deribit', { jsonrpc: '2.0', id: 1, result: { trades: [], has_more: true } }],
  ]
  for (const [venue, body] of told) {
    const codec = codecOf(venue, THREE)
    const [request] = codec.allFills!(since, at)
    const found = codec.readFills(request!, { status: 200, headers: {}, body: JSON.stringify(body) })
    equal(found.kind === 'failed' && found.code, FULL_PAGE, `${venue}: ${JSON.stringify(found)}`)
  }
})
