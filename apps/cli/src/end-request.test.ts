import { deepEqual } from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { onEndRequest } from './end-request.ts'

test('twins of a signal end a command once; who asks again after their time forces it', () => {
  const signals = new EventEmitter()
  const told: string[] = []
  let pass = (): void => {}
  onEndRequest(() => void told.push('end'), {
    signals,
    afterTwins: call => void (pass = call),
    force: signal => void told.push(`${signal} with ${signals.listenerCount(signal)} listeners`),
  })
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM', 'SIGINT']) signals.emit(signal, signal)
  deepEqual(told, ['end'])
  pass()
  signals.emit('SIGINT', 'SIGINT')
  deepEqual(told, ['end', 'SIGINT with 0 listeners'])
})
