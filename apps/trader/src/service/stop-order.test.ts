import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { StopOrder } from './stop-order.ts'

test('R-KILL-06 the order to stop outlives the process, is taken back by name, and a damaged one still stops', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stop-'))
  const drill = { reason: 'a drill', flattens: true }
  try {
    equal(new StopOrder(directory).stopped, undefined)
    equal(new StopOrder(directory).give(drill), true)
    deepEqual(new StopOrder(directory).stopped, drill)
    equal(new StopOrder(directory).give({ reason: 'again', flattens: false }), true)
    deepEqual(new StopOrder(directory).stopped, { reason: 'again', flattens: true }, 'what was to be closed still is')
    new StopOrder(directory).takeBack()
    equal(new StopOrder(directory).stopped, undefined)
    writeFileSync(join(directory, 'stop.json'), '{')
    match(new StopOrder(directory).stopped!.reason, /cannot be read/)
    equal(new StopOrder(join(directory, 'nowhere')).give(drill), false)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
