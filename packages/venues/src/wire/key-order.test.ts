import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { KeyOrder } from './key-order.ts'

const KEYS = ['a', 'price', 'amount', 'timestamp', 'estimated_delivery_price', 'best_bid_price', 'best_bid_prices']
const order = new KeyOrder(KEYS)
const viewOf = (text: string): DataView => {
  const bytes = new Uint8Array(text.length + 64)
  bytes.set(Buffer.from(text, 'latin1'))
  return new DataView(bytes.buffer)
}

/** The keys that are found in a row of them, up to the first that is none. */
function found(keys: readonly string[]): string[] {
  const view = viewOf(keys.map(key => `"${key}":`).join(''))
  const names: string[] = []
  let last = order.start
  for (let p = 0; p < view.byteLength - 64; p += last.length) {
    last = order.find(view, p, last)
    if (last.number < 0) break
    names.push(KEYS[last.number]!)
    equal(last.length, names.at(-1)!.length + 3)
  }
  return names
}

test('keys are found in any order, as often as the order changes', () => {
  const orders = [KEYS, KEYS.toReversed(), KEYS.toSorted(), KEYS.slice(3), KEYS.filter((_, at) => at % 2 === 0), KEYS]
  for (const keys of orders) for (let time = 0; time < 2; time++) deepEqual(found(keys), keys)
})

test('a key that differs in one byte, in its quotes or its colon is none, whatever was expected', () => {
  for (const key of KEYS) {
    const text = `"${key}":`
    for (let at = 0; at < text.length; at++)
      for (let byte = 0; byte < 256; byte++) {
        if (byte === text.charCodeAt(at)) continue
        equal(order.find(viewOf(text), 0, order.start).number, KEYS.indexOf(key)) // It is the one expected now.
        const damaged = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
        const isWritten = damaged.startsWith('"') && damaged.endsWith('":')
        equal(
          order.find(viewOf(damaged), 0, order.start).number,
          isWritten ? KEYS.indexOf(damaged.slice(1, -2)) : -1,
          JSON.stringify(damaged),
        )
      }
  }
})

test('a key that is cut short is none', () => {
  for (const key of KEYS)
    for (let length = 0; length < key.length + 3; length++) {
      equal(order.find(viewOf(`"${key}":`), 0, order.start).number, KEYS.indexOf(key))
      equal(order.find(viewOf(`"${key}":`.slice(0, length)), 0, order.start).number, -1)
    }
})

test('an order has its bounds', () => {
  throws(() => new KeyOrder([]))
  throws(() => new KeyOrder(Array.from({ length: 32 }, (_, at) => `key${at}`)))
  throws(() => new KeyOrder(['a'.repeat(26)]))
})
