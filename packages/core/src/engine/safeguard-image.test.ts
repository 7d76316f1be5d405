import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { AccountBooks } from '../ledger/account-books.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import { TrackedOrder } from '../order/tracked-order.ts'
import { DEFAULT_BREAKER } from '../risk/circuit-breaker.ts'
import type { Actor } from '../risk/limit-book.ts'
import { STOP_THRESHOLDS } from '../risk/stop-watch.ts'
import { readSafeguardImage, resumeSafeguards, safeguardImage, writeSafeguardImage } from './safeguard-image.ts'
import type { SafeguardOptions } from './safeguard-options.ts'
import { Safeguards } from './safeguards.ts'

const usdt = { code: 'USDT', decimals: 2 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'perpetual',
  base: { code: 'X', decimals: 2 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 0, step: 1 },
  quantity: { decimals: 0, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 1n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}
const TABLE = new InstrumentTable([INSTRUMENT])
const ADMIN: Actor = { name: 'ada', role: 'admin', hasSteppedUp: true }

/** The safeguards of a new life, on the books and the clock of the old one. */
function life(clock = new SimClock(micros(1000)), positionMax = 100n) {
  const canceled: number[] = []
  const timers: string[] = []
  const options: SafeguardOptions = {
    account: 'main',
    currency: usdt,
    limits: [
      { name: 'position', scope: {}, kind: 'position', value: positionMax },
      { name: 'rate', scope: { strategy: 'mm' }, kind: 'order_rate', value: 10n, window: 1000 },
    ],
    breakers: [{ name: 'jump', scope: { instrument: 0 }, rule: DEFAULT_BREAKER, trigger: { cause: 'rejects' } }],
    stop: STOP_THRESHOLDS,
    flattens: false,
    marginBps: () => 10_000,
    usual: { orderLots: () => 100, ordersPerSecond: 100 },
    record: () => true,
    alert: () => true,
    persist: () => true,
    deadMan: [{ source: 'screen', timeout: 60_000_000, action: 'cancel_all' }],
    venueTimers: [{ target: { venue: 'v', instrument: 0 }, timeout: 30_000_000 }],
  }
  const accounts = new AccountBooks(TABLE, { owner: 1, allowShort: true })
  const safeguards = new Safeguards(options, {
    instruments: TABLE,
    clock,
    accounts,
    marks: { mark: () => 100 },
    cancelAll: () => canceled.push(clock.now()),
    openOrders: () => 0,
    closePositions: () => {},
    strategies: () => [],
    venueTimers: {
      cancelAllAfter: ({ instrument }, timeout) => timers.push(`${clock.now() / 1e6} ${instrument} ${timeout / 1e6}`),
    },
  })
  return { safeguards, clock, canceled, timers }
}

const resting = (): TrackedOrder => {
  const request = {
    instrument: 0,
    side: BUY,
    type: 'limit',
    quantity: lots(30),
    price: ticks(90),
    timeInForce: 'gtc',
    postOnly: true,
    reduceOnly: false,
    strategy: 'mm',
  } as const
  const order = new TrackedOrder('o1', request, micros(0))
  order.step('validate', micros(0))
  order.step('submit', micros(0))
  order.step('in_doubt', micros(0))
  return order
}

test('R-KILL-06 a restart forgets nothing: changed limits, halts, breakers, the day, the stop, what is held and in doubt', () => {
  const old = life()
  const { limits, halts, breakers, standings, stop } = old.safeguards
  limits.set(ADMIN, 'position', 50n, 'calmer')
  limits.remove(ADMIN, 'rate', 'not needed')
  limits.add(ADMIN, { name: 'size', scope: {}, kind: 'order_size', value: 5n }, 'small')
  halts.halt({ account: 'main' }, 'reconciliation', 'position 0', 900)
  breakers.trip('jump', ADMIN)
  standings.takeStrategy('mm', 700n, 1000)
  old.safeguards.capital = 600n
  standings.watch({ account: 'main' }).take(12_345_678_901_234_567_890n, 1000)
  stop.engage(ADMIN, 'looks wrong', false)
  const image = readSafeguardImage(writeSafeguardImage(safeguardImage('main', old.safeguards)))!
  const written = writeSafeguardImage(safeguardImage('main', old.safeguards))
  equal(writeSafeguardImage(image), written)

  const young = life(old.clock)
  const dropped = resumeSafeguards(
    young.safeguards,
    image,
    [resting()],
    [{ strategy: 'mm', instrument: 0, netLots: 7 }],
  )
  deepEqual([dropped, young.canceled.length > 0], [[], true])
  const now = young.safeguards
  deepEqual(
    now.limits.active.map(({ limit }) => [limit.name, limit.value]),
    [
      ['position', 50n],
      ['size', 5n],
    ],
  )
  deepEqual(
    now.halts.halts.map(({ cause, since }) => [cause, since]),
    [
      ['reconciliation', 900],
      ['emergency stop', 1000],
    ],
  )
  equal(now.breakers.states()[0]!.state, 'open')
  equal(now.standings.equity({ account: 'main' }), undefined, 'what the account is worth now must be seen first')
  equal(now.standings.dayStart({ account: 'main' }), 12_345_678_901_234_567_890n)
  ok(now.stop.isEngaged)
  deepEqual([now.accountExposure.netLots(0), now.accountExposure.openBuyLots(0)], [7, 30])
  now.standings.takeStrategy('mm', 650n, 1000)
  deepEqual([now.standings.dayStart({ strategy: 'mm' }), now.capital], [700n, 600n])
  now.standings.takeStrategy('mm', 700n, 1000)
  equal(writeSafeguardImage(safeguardImage('main', now)), written)
})

test('R-ES-02 the venue’s own timer runs while orders are open and the operator is heard', () => {
  const { safeguards, clock, timers } = life(new SimClock(micros(0)))
  const order = resting()
  safeguards.deadMan.beat('screen', 0)
  for (let second = 0; second < 90; second++) {
    if (second === 5) safeguards.onOrderUpdate(order)
    clock.advanceTo(micros(second * 1_000_000))
    safeguards.tick()
  }
  deepEqual(
    timers,
    ['5 0 30', '15 0 30', '25 0 30', '35 0 30', '45 0 30', '55 0 30'],
    'silent for 60 s, and it runs out',
  )
})

test('a limit that the configuration says otherwise since is as configured', () => {
  const old = life()
  old.safeguards.limits.set(ADMIN, 'position', 500n, 'more')
  const image = safeguardImage('main', old.safeguards)
  const young = life(old.clock, 80n)
  deepEqual(resumeSafeguards(young.safeguards, image, [], []), ['position'])
  equal(young.safeguards.limits.find('position')?.value, 80n)
})

test('what is not an image is not taken for one', () => {
  const text = writeSafeguardImage(safeguardImage('main', life().safeguards))
  ok(readSafeguardImage(text) !== undefined)
  const broken = [
    '',
    'null',
    '[]',
    text.slice(0, -1),
    text.replace('"halts":[]', '"halts":[{}]'),
    text.replace('"breakers":[]', '"breakers":[{"name":"x"}]'),
    text.replace('"limits":[]', '"limits":[{"now":{"name":"x"}}]'),
    text.replace('"account"', '"acount"'),
    text.replace('armed', 'alarmed'),
  ]
  for (const each of broken) equal(readSafeguardImage(each), undefined, each)
})
