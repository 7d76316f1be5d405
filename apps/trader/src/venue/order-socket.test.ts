import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import type { CommandResult } from '@velocimex/venues/order-venue'
import { OrderSocket } from './order-socket.ts'

const ACK: CommandResult = { outcome: 'ack', advice: 'none', code: '', words: '', reports: [] }

function stage() {
  const timers = new SimTimers()
  const frames: string[] = []
  const link = { isUp: true, takes: true }
  const send = (frame: string): boolean => {
    if (link.takes) frames.push(frame)
    return link.takes
  }
  const socket = new OrderSocket(() => ({ isUp: link.isUp, send }), timers)
  const command = (): ReturnType<OrderSocket['request']> => socket.request(id => id)
  const answer = (requestId: string): void => socket.onMessage({ kind: 'answer', requestId, result: ACK })
  return { timers, frames, link, socket, command, answer }
}

test('every command has an id of its own, and takes the answer that names it', async () => {
  const { command, answer, frames } = stage()
  const [one, other] = [command()!, command()!]
  equal(new Set(frames).size, 2)
  for (const id of frames) match(id, /^[a-z0-9]{1,32}$/)
  answer('nobody')
  answer(frames[1]!)
  equal((await other).kind, 'answered')
  answer(frames[1]!)
  answer(frames[0]!)
  deepEqual(await one, { kind: 'answered', result: ACK })
})

test('R-REST-03 no answer in five seconds is unknown; one that comes later is passed over', async () => {
  const { command, answer, frames, timers } = stage()
  const late = command()!
  timers.advance(5_000)
  deepEqual(await late, { kind: 'unknown', words: 'no answer in time' })
  answer(frames[0]!)
  equal(timers.pending, 0)
})

test('R-REST-03 a socket that ends leaves every command on it unknown', async () => {
  const { command, socket, timers } = stage()
  const all = [command()!, command()!]
  socket.onDown('closed 1006')
  for (const one of all) deepEqual(await one, { kind: 'unknown', words: 'the socket ended: closed 1006' })
  equal(timers.pending, 0)
})

test('where nothing was written there is no outcome: another way may be taken', () => {
  const { command, link, frames, timers } = stage()
  link.isUp = false
  equal(command(), undefined)
  link.isUp = true
  link.takes = false
  equal(command(), undefined)
  deepEqual([frames, timers.pending], [[], 0])
})

test('commands that wait for answers are bounded', async () => {
  const { command, socket, answer, frames } = stage()
  const all = Array.from({ length: 1_000 }, () => command())
  ok(all.every(each => each !== undefined))
  deepEqual([socket.isUp, command()], [false, undefined])
  answer(frames[0]!)
  await all[0]
  equal(socket.isUp, true)
})
