import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClientOrderIds, formatClientOrderId, parseClientOrderId } from './client-order-id.ts'

test('an id reads back, sorts as it was made, and fits every venue', () => {
  const parts = fc.record({
    instance: fc.nat(2 ** 20 - 1),
    epoch: fc.nat(2 ** 25 - 1),
    counter: fc.maxSafeNat().map(n => n % 2 ** 45),
  })
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const id = formatClientOrderId(one)
      deepEqual({ ...parseClientOrderId(id) }, { ...one })
      match(id, /^[0-9A-Z]{19}$/)
      const order = one.instance - other.instance || one.epoch - other.epoch || one.counter - other.counter
      const next = formatClientOrderId(other)
      equal(Math.sign(order), id < next ? -1 : id > next ? 1 : 0)
    }),
  )
})

test('ids of two starts never meet, and foreign ids are not ours', () => {
  const ids = [1, 2].flatMap(epoch => {
    const made = new ClientOrderIds(7, epoch)
    return Array.from({ length: 1000 }, () => made.next())
  })
  equal(new Set(ids).size, 2000)
  for (const foreign of ['', 'web_123', 'VILOU00000000000000', `${ids[0]}0`])
    equal(parseClientOrderId(foreign), undefined)
  throws(() => formatClientOrderId({ instance: 2 ** 20, epoch: 0, counter: 0 }), /the number fits 4 digits/)
})
