import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { EventRecord, Flag, Kind, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { MarketFeeds } from './market-feeds.ts'

const bitcoin = { index: 0, venue: 'x', symbol: 'BTC' } as Instrument

function stage() {
  const said: string[] = []
  const manager = new MarketFeeds(
    new Map([
      [
        'x',
        {
          follow: () => said.push('follow') > 0,
          unfollow: () => said.push('unfollow') > 0,
          isLive: () => true,
          reconnect: () => said.push('reconnect'),
          resync: () => said.push('resync'),
        },
      ],
    ]),
    1,
  )
  const records = new Records(1)
  const tell = (kind: Kind) => {
    new EventRecord(records).write(kind, Flag.last, 0, 0, 0, 100).lanes(1, 1, 1, 1)
    manager.append(records, 0, 1)
  }
  const sink = () => {
    const kinds: number[] = []
    const append = (lent: Records, from: number) => void kinds.push(new EventRecord(lent).at(from).kind)
    return { kinds, append }
  }
  return { said, manager, tell, sink }
}

test('the first consumer follows, the last one leaves, a late one gets whole books', () => {
  const { said, manager, sink } = stage()
  const first = manager.subscribe(bitcoin, ['book'], sink())
  const second = manager.subscribe(bitcoin, ['book'], sink())
  if (!first.ok || !second.ok) throw new Error('refused')
  first.value.close()
  first.value.close()
  deepEqual(said, ['follow', 'resync'])
  second.value.close()
  deepEqual(said, ['follow', 'resync', 'unfollow'])
})

test('each consumer hears its channels; a conflated one when it asks', () => {
  const { manager, tell, sink } = stage()
  const [trades, slow] = [sink(), sink()]
  manager.subscribe(bitcoin, ['trades'], trades)
  const handle = manager.subscribe(bitcoin, ['quotes'], slow, { conflate: { slots: 8, rowSlots: 8 } })
  for (const kind of [Kind.level, Kind.quote, Kind.trade, Kind.quote]) tell(kind)
  deepEqual([trades.kinds, slow.kinds], [[Kind.trade], []])
  if (!handle.ok) throw new Error(handle.reason)
  deepEqual(handle.value.drain(), { records: 1, folded: 1, lost: 0, overrun: false })
  deepEqual(slow.kinds, [Kind.quote])
})

test('readiness, silence, commands and refusals', () => {
  const { said, manager, tell, sink } = stage()
  equal(manager.silence(bitcoin, 5), Number.POSITIVE_INFINITY)
  tell(Kind.trade)
  deepEqual([manager.silence(bitcoin, 130), manager.isReady(bitcoin)], [30, true])
  deepEqual([manager.reconnect('x'), manager.resync('x'), manager.resync('y')], [true, true, false])
  deepEqual(said, ['reconnect', 'resync'])
  deepEqual(manager.subscribe({ ...bitcoin, venue: 'y' }, ['book'], sink()), { ok: false, reason: 'unknown_venue' })
  deepEqual(manager.subscribe(bitcoin, [], sink()), { ok: false, reason: 'no_channel' })
})
