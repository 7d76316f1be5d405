import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../clock/random.ts'
import { ClearReason, Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'
import { Conflation } from './conflation.ts'

const records = new Records(1)
const record = new EventRecord(records)

class Books implements RecordSink {
  readonly levels = new Map<string, number>()
  readonly trades: number[] = []
  append(lent: Records, from: number, to: number): void {
    const each = new EventRecord(lent)
    for (let slot = from; slot < to; slot++) {
      const { kind, instrument, isBid, price, quantity } = each.at(slot)
      const key = `${instrument} ${isBid} ${price}`
      if (kind === Kind.trade) this.trades.push(each.lane2)
      else if (kind === Kind.level && quantity > 0) this.levels.set(key, quantity)
      else if (kind === Kind.level) this.levels.delete(key)
      else if (kind === Kind.clear)
        for (const other of [...this.levels.keys()]) if (other.startsWith(`${instrument} `)) this.levels.delete(other)
    }
  }
  get sorted() {
    return [...this.levels].sort()
  }
}

function level(to: RecordSink[], instrument: number, isBid: boolean, price: number, lots: number): void {
  record.write(Kind.level, (isBid ? Flag.bid : 0) | Flag.last, 0, instrument, 0, 0).lanes(price, lots, 1, 0)
  for (const sink of to) sink.append(records, 0, 1)
}
function trade(to: RecordSink[], id: number): void {
  record.write(Kind.trade, Flag.last, 0, 0, 0, 0).lanes(1, 1, id, id)
  for (const sink of to) sink.append(records, 0, 1)
}
function clear(to: RecordSink[], instrument: number): void {
  record.write(Kind.clear, Flag.last, 0, instrument, 0, 0).lanes(1, ClearReason.gap, 0, 0)
  for (const sink of to) sink.append(records, 0, 1)
}

test('P-27 a slow book equals the full one whenever it has caught up, and no record goes uncounted', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed)
    const [full, slow, conflation] = [new Books(), new Books(), new Conflation(256, 4096)]
    let [sent, told] = [0, 0]
    for (let turn = 0; turn < 1500; turn++) {
      const chance = random.below(100)
      sent++
      if (chance < 2) clear([full, conflation], random.below(3))
      else if (chance < 10) trade([full, conflation], turn)
      else
        level([full, conflation], random.below(3), random.below(2) === 1, random.below(20) * 2 ** 33, random.below(4))
      if (random.below(50) > 0) continue
      const drained = conflation.drain(slow)
      told += drained.records + drained.folded + drained.lost
      equal(drained.overrun, false)
      equal(told, sent, `seed ${seed} turn ${turn}`)
      deepEqual(slow.sorted, full.sorted, `seed ${seed} turn ${turn}`)
      deepEqual(slow.trades, full.trades)
    }
  }
})

test('trades beyond the row are lost and counted, the oldest are kept in order', () => {
  const [slow, conflation] = [new Books(), new Conflation(4, 2)]
  for (const id of [1, 2, 3, 4]) trade([conflation], id)
  deepEqual(conflation.drain(slow), { records: 2, folded: 0, lost: 2, overrun: false })
  deepEqual(slow.trades, [1, 2])
})

test('more levels than there is room for: said, nothing half handed over, whole again behind a restart', () => {
  const [slow, conflation] = [new Books(), new Conflation(2, 2)]
  for (const price of [1, 2, 3, 4]) level([conflation], 0, true, price, 1)
  deepEqual(conflation.drain(slow), { records: 0, folded: 4, lost: 0, overrun: true })
  deepEqual(slow.sorted, [])
  conflation.restart()
  level([conflation], 0, true, 7, 1)
  equal(conflation.drain(slow).overrun, false)
  deepEqual(slow.sorted, [['0 true 7', 1]])
})
