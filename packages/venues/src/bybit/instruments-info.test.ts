import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formatMinor } from '@velocimex/core/market/money'
import type { Result } from '@velocimex/core/result'
import { recordedLines, recordings } from '../market-codec.conformance.ts'
import type { ParsedInstruments } from '../market-venue.ts'
import { bybitLinear, bybitSpot } from './bybit-venue.ts'
import { nextPageCursor } from './instruments-info.ts'
import { splitSymbol } from './symbols.ts'

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

const whole = (result: Result<ParsedInstruments, 'malformed'>): ParsedInstruments => {
  if (!result.ok) throw new Error(result.reason)
  return result.value
}
const fixture = (file: string): string => readFileSync(new URL(`bybit/fixtures/${file}`, place), 'utf8')

test('the recorded lists are read whole, each by its own category', { skip }, () => {
  const lines = recordedLines(new URL('bybit/instruments-2026-08-09.jsonl.gz', place))
  const [linear, spot] = lines.map(({ raw }) => raw) as [string, string]
  for (const [venue, own, other, count] of [
    [bybitLinear, linear, spot, 800],
    [bybitSpot, spot, linear, 557],
  ] as const) {
    const { instruments, skipped } = whole(venue.parseInstruments(own))
    deepEqual([instruments.length, skipped], [count, []])
    deepEqual(venue.parseInstruments(other), { ok: false, reason: 'malformed' })
    ok(instruments.every(({ index }, at) => index === at))
    // What the list says is what the symbol says.
    for (const { symbol, base, quote, kind } of instruments) {
      const split = splitSymbol(symbol)
      equal(`${split.base} ${split.quote}`, `${base.code} ${quote.code}`, symbol)
      equal(split.expiry !== '', kind === 'future', symbol)
    }
  }
  equal(nextPageCursor(linear), '')
})

const find = (parsed: ParsedInstruments, symbol: string) => {
  const found = parsed.instruments.find(each => each.symbol === symbol)
  if (found === undefined) throw new Error(symbol)
  const { unified, kind, price, quantity, bounds, settle, fees } = found
  const notionalMin = Number(formatMinor(bounds.notionalMin!, settle))
  return { unified, kind, price, quantity, bounds: { ...bounds, notionalMin }, fees }
}

test('linear: the published lists', { skip }, () => {
  const parsed = whole(bybitLinear.parseInstruments(fixture('http_get_instruments_linear.json')))
  deepEqual(find(parsed, 'BTCUSDT'), {
    unified: 'BTC/USDT:USDT',
    kind: 'perpetual',
    price: { decimals: 1, step: 5 },
    quantity: { decimals: 3, step: 1 },
    bounds: {
      priceMin: 2,
      priceMax: 2_000_000,
      quantityMin: 1,
      quantityMax: 100_000,
      marketQuantityMax: 50_000,
      notionalMin: 5,
    },
    fees: { maker: 20_000, taker: 55_000 },
  })
  equal(parsed.instruments.length, 2)
  const stock = whole(bybitLinear.parseInstruments(fixture('http_get_instruments_linear_symbol_type.json')))
  deepEqual(find(stock, 'TSLAUSDT').bounds, {
    priceMin: 1,
    priceMax: 100_000,
    quantityMin: 1,
    quantityMax: 100_000,
    notionalMin: 1,
  })
})

test('spot: the published lists', { skip }, () => {
  const parsed = whole(bybitSpot.parseInstruments(fixture('http_get_instruments_spot.json')))
  deepEqual(find(parsed, 'BTCUSDT'), {
    unified: 'BTC/USDT',
    kind: 'spot',
    price: { decimals: 1, step: 1 },
    quantity: { decimals: 4, step: 1 },
    bounds: { notionalMin: 10 },
    fees: { maker: 100_000, taker: 100_000 },
  })
  equal(parsed.instruments.length, 2)
  const stock = whole(bybitSpot.parseInstruments(fixture('http_get_instruments_spot_xstocks.json')))
  equal(find(stock, 'AAPLUSDT').unified, 'AAPL/USDT')
})

test('lists of other categories are refused', { skip }, () => {
  for (const file of ['inverse', 'inverse_symbol_type', 'option', 'option_symbol_id'])
    for (const venue of [bybitLinear, bybitSpot]) {
      const parsed = venue.parseInstruments(fixture(`http_get_instruments_${file}.json`))
      deepEqual(parsed, { ok: false, reason: 'malformed' }, `${venue.id} ${file}`)
    }
})

const entry = {
  symbol: 'BTCUSDT-25DEC26',
  contractType: 'LinearFutures',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  priceFilter: { tickSize: '0.10', minPrice: '0.15' },
  lotSizeFilter: { qtyStep: '0.001', minOrderQty: '0', maxOrderQty: 'lots' },
}
const listed = (list: readonly unknown[], extra = {}): string =>
  JSON.stringify({ retCode: 0, result: { category: 'linear', list, ...extra } })

test('a symbol that is not whole is skipped and named with the field at fault', () => {
  const without = { ...entry, symbol: 'A' }
  const faults: readonly (readonly [unknown, string])[] = [
    [7, '#0: not an object'],
    [{ ...without, settleCoin: undefined }, 'A: symbol, baseCoin, quoteCoin or settleCoin'],
    [{ ...without, baseCoin: 'B T' }, 'A: symbol, baseCoin, quoteCoin or settleCoin'],
    [{ ...without, priceFilter: undefined }, 'A: priceFilter.tickSize'],
    [{ ...without, priceFilter: { tickSize: '0' } }, 'A: priceFilter.tickSize'],
    [{ ...without, lotSizeFilter: { qtyStep: 1e-7 } }, 'A: lotSizeFilter.qtyStep'],
    [{ ...without, contractType: 'InversePerpetual' }, 'A: contractType'],
    [without, 'A: the date in symbol'],
  ]
  for (const [fault, words] of faults) {
    const { instruments, skipped } = whole(bybitLinear.parseInstruments(listed([fault, entry])))
    deepEqual(
      skipped.map(({ symbol, words }) => `${symbol}: ${words}`),
      [words],
    )
    equal(instruments.length, 1)
  }
  const twice = whole(bybitLinear.parseInstruments(listed([entry, entry])))
  deepEqual(twice.skipped, [{ symbol: 'BTCUSDT-25DEC26', words: 'listed twice' }])
  const [future] = twice.instruments
  deepEqual([future!.unified, future!.kind, future!.bounds], ['BTC/USDT:USDT-261225', 'future', { priceMin: 2 }])
})

test('what is no list is refused, and the next page is named', () => {
  for (const text of ['', 'x', '[]', 'null', '{"retCode":10006,"result":{}}', '{"retCode":0,"result":{"list":{}}}']) {
    deepEqual(bybitLinear.parseInstruments(text), { ok: false, reason: 'malformed' }, text)
    equal(nextPageCursor(text), '')
  }
  equal(nextPageCursor(listed([], { nextPageCursor: 'first%3DA' })), 'first%3DA')
})

test('symbols are split by the assets in which the venue quotes', () => {
  const rows = `BTCUSDT BTC USDT
    1000PEPEPERP 1000PEPE USDC
    BTCUSDT-25DEC26 BTC USDT 261225
    ETHBTC-5JAN27 ETH BTC 270105
    BTC-25DEC26 BTC USDC 261225
    XRPRLUSD XRP RLUSD
    USDT USDT ?`
  for (const row of rows.split('\n')) {
    const [symbol, base, quote, expiry = ''] = row.trim().split(' ') as [string, string, string, string?]
    deepEqual(splitSymbol(symbol), { base, quote, expiry })
  }
})
