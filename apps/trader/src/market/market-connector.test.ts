import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RestClient } from '@velocimex/host/net/rest-client'
import { SystemTimers } from '@velocimex/host/net/timers'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'
import { HeldTopics } from './held-topics.ts'
import { MarketConnector } from './market-connector.ts'

const NOWHERE = 'http://127.0.0.1:1'
const { members } = findVenue('bybit-linear')!
const wire = WIRES.get('bybit-linear')!

function instrument(index: number): Instrument {
  const asset = (code: string) => ({ code, decimals: 8 })
  return {
    ...{ index, venue: 'bybit-linear', symbol: `C${index}USDT`, unified: `C${index}/USDT:USDT`, kind: 'perpetual' },
    ...{ base: asset(`C${index}`), quote: asset('USDT'), settle: asset('USDT') },
    ...{ price: { decimals: 2, step: 1 }, quantity: { decimals: 3, step: 1 } },
  } as unknown as Instrument
}

const all = [0, 1, 2, 3, 4].map(instrument)

/** A connector of two instruments whose sockets carry four topics: of two instruments. It is not started. */
function connector(redundancy: 1 | 2 = 1): MarketConnector {
  const timers = new SystemTimers()
  return new MarketConnector({
    ...{ venue: members[0], wire: { ...wire, topicsMax: 4 }, instruments: new InstrumentTable(all) },
    ...{ followed: all.slice(0, 2), channels: ['book', 'trades'], timers, random: new Random(1), redundancy },
    ...{ rest: new RestClient({ origin: NOWHERE }, timers), restOrigin: NOWHERE },
    ...{ sink: { append: () => {} }, onAlert: () => {} },
  })
}

test('follow takes a socket with room, or a new one; unfollow makes room', () => {
  const market = connector()
  equal(market.feeds.length, 1)
  deepEqual(
    [2, 3, 2].map(at => market.follow(all[at]!)),
    [true, true, false],
  )
  equal(market.feeds.length, 2, 'the first is full, the second takes both')
  deepEqual(
    [1, 1].map(at => market.unfollow(all[at]!)),
    [true, false],
  )
  equal(market.follow(all[4]!), true)
  equal(market.feeds.length, 2, 'in the place of the one that was left')
  equal(market.follow(all[1]!), true)
  equal(market.feeds.length, 3)
})

test('an instrument that is left is not live, and no book of it is wanted', () => {
  const market = connector()
  equal(market.unfollow(all[0]!), true)
  deepEqual(
    [market.isLive(0), market.feeds[0]!.wantsSnapshot(0), market.feeds[0]!.isFollowed(0)],
    [false, false, false],
  )
})

test('S0-MDS-4 redundancy 2: two sockets for everything that one would carry', () => {
  const market = connector(2)
  deepEqual([market.feeds.length, market.isReady, market.isLive(0)], [2, false, false])
  deepEqual([market.follow(all[2]!), market.feeds.length], [true, 4])
  deepEqual([market.unfollow(all[0]!), market.unfollow(all[0]!)], [true, false])
  deepEqual([market.follow(all[3]!), market.follow(all[4]!), market.feeds.length], [true, true, 4])
})

test('D60 a topic that tells of several instruments is asked for once, and kept until the last of them is left', () => {
  const [one, two] = all as [Instrument, Instrument]
  const held = new HeldTopics(
    new Map([
      [one, ['book.C0', 'states']],
      [two, ['book.C1', 'states']],
    ]),
  )
  deepEqual(held.all, ['book.C0', 'states', 'book.C1'])
  deepEqual(held.news(['book.C2', 'states']), ['book.C2'])
  held.add(all[2]!, ['book.C2', 'states'])
  deepEqual(
    [one, one, two, all[2]!].map(each => held.remove(each)),
    [['book.C0'], undefined, ['book.C1'], ['book.C2', 'states']],
  )
})
