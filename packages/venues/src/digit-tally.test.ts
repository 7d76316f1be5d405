import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { DigitTally } from './digit-tally.ts'

const decimalsOf = (...texts: unknown[]): number => {
  const tally = new DigitTally()
  for (const text of texts) tally.take(text)
  return tally.decimals
}

test('the most digits that were ever not zero are needed; what is no decimal text teaches nothing', () => {
  equal(decimalsOf('61837.63000000', '1', '0.50', '10.100'), 2)
  equal(decimalsOf('0.00000001', '0', '00.5'), 8)
  equal(decimalsOf('1e-5', '-0.01', '+0.01', '.5', '5.', '0.1.1', 'x', 0.25, null, undefined, ''), 0)
  equal(decimalsOf('0.1234567890123', `0.${'0'.repeat(40)}1`), 0, 'more than any venue has')
})

test('texts that contradict each other: most of them win, and of as many the coarser', () => {
  const prices = ['61837.63', '61837.64', '99999.99']
  equal(decimalsOf(...prices, '61837.123456789012'), 2, 'one odd frame does not make the others unreadable')
  equal(decimalsOf('61837.123456789012', ...prices), 2)
  equal(decimalsOf('0.123456789012', '61837.63'), 2)
  equal(decimalsOf('99999999999999999999.00', '0.12345678', '0.1'), 8, 'a number that no grid can hold')
  equal(decimalsOf('12345678.12345678'), 8, 'sixteen digits below 2^53')
  equal(decimalsOf('98765432.12345678'), 0, 'sixteen digits beyond it')
})

test('it tells when another number of decimals is needed', () => {
  const tally = new DigitTally()
  deepEqual(
    ['61837.123456789012', '61837.63', '61837.6', '61837.641', '61837.9'].map(text => tally.take(text)),
    [false, true, false, true, false],
  )
  equal(tally.decimals, 3)
})
