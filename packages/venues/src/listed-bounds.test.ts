import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { listedBounds } from './listed-bounds.ts'

const price = { decimals: 2, step: 5 }
const quantity = { decimals: 4, step: 1 }

for (const [texts, bounds] of [
  [
    { priceMin: '0.05', priceMax: '100', quantityMin: '0.001', quantityMax: '90' },
    { priceMin: 1, priceMax: 2000, quantityMin: 10, quantityMax: 900_000 },
  ],
  [
    { priceMin: '0.06', priceMax: '0.14', quantityMin: '0.00001' },
    { priceMin: 2, priceMax: 2, quantityMin: 1 },
  ],
  [{ priceMin: '0', priceMax: '0.00', quantityMax: '', marketQuantityMax: 'many', notionalMin: '0' }, {}],
  [{ quantityMax: 5, quantityMin: null, priceMax: '-1', marketQuantityMax: '1e5' }, {}],
  [{ quantityMax: '0.00001' }, {}],
  [{ quantityMax: '9'.repeat(40), priceMax: '9'.repeat(400), notionalMin: '1'.repeat(400) }, {}],
  [{ marketQuantityMax: '120.5' }, { marketQuantityMax: 1_205_000 }],
  [{ notionalMin: '5' }, { notionalMin: 500_000_000n }],
] as const)
  test(`bounds of ${JSON.stringify(texts).slice(0, 90)}`, () => deepEqual(listedBounds(texts, price, quantity), bounds))

test('the least value of an order is exact beyond 2^53', () => {
  const fine = { decimals: 12, step: 1 }
  deepEqual(listedBounds({ notionalMin: '5.000000000000000001' }, fine, fine), {
    notionalMin: 5_000_000_000_000_000_001_000_000n,
  })
})
