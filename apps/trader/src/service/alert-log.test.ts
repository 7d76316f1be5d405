import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import { AlertLog } from './alert-log.ts'

test('newest first, with their instants; what repeats is one alert; a hundred are kept', () => {
  const log = new AlertLog()
  log.tell('a gap', micros(1))
  log.tell('no database', micros(2))
  log.tell('no database', micros(5))
  deepEqual(log.last(5), [
    { at: 5, words: 'no database', times: 2 },
    { at: 1, words: 'a gap', times: 1 },
  ])
  deepEqual(log.since(micros(2), 5), [{ at: 5, words: 'no database', times: 2 }])
  for (let at = 10; at < 1000; at++) log.tell(`alert ${at}`, micros(at))
  equal(log.last(1000).length, 100)
})
