import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Random } from '@velocimex/core/clock/random'
import { MatchingEngine } from '@velocimex/core/exchange/matching-engine'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { installPeers, PEERS } from '../peers.ts'

/** Name of this benchmark. */
export const name = 'matching'

interface PeerBook {
  limit(order: { id: string; side: string; size: number; price: number }): unknown
  cancel(id: string): unknown
}

/** One operation: add (price, lots) or cancel an earlier order. */
interface Operation {
  readonly cancel: boolean
  readonly id: number
  readonly buy: boolean
  readonly price: number
  readonly lots: number
}

/** A mix around a walking mid: six adds, three cancels, one that crosses; about `resting` orders rest. */
function mix(resting: number, count: number): Operation[] {
  const random = new Random(resting)
  const operations: Operation[] = []
  const live: number[] = []
  let mid = 10_000
  for (let id = 1; id <= count; id++) {
    if (id % 50 === 0) mid += random.below(3) - 1
    const buy = random.uniform() < 0.5
    if (live.length > resting) {
      const at = random.below(live.length)
      operations.push({ cancel: true, id: live[at]!, buy, price: 0, lots: 0 })
      live[at] = live.at(-1)!
      live.pop()
      continue
    }
    const crosses = random.uniform() < 0.1
    const away = crosses ? -2 : 1 + random.below(60)
    operations.push({ cancel: false, id, buy, price: mid + (buy ? -away : away), lots: 1 + random.below(20) })
    if (!crosses) live.push(id)
  }
  return operations
}

/** Measures the add, cancel and match mix beside nodejs-order-book, which reads the same operations. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('nodejs-order-book')
  const loaded = (await import(pathToFileURL(entry).href)) as {
    OrderBook?: new () => PeerBook
    default?: { OrderBook: new () => PeerBook }
  }
  const Peer = (loaded.OrderBook ?? loaded.default?.OrderBook)!
  const listener = { onTrade: () => {}, onRested: () => {}, onLevel: () => {} }
  const rows: BenchRow[] = []
  for (const resting of [1000, 10_000]) {
    const operations = mix(resting, 60_000)
    // Each reads its operations in the form that it takes them in, made beforehand.
    const column = (of: (operation: Operation) => number): Int32Array => Int32Array.from(operations, of)
    const [ids, prices, lots] = [column(({ id }) => id), column(({ price }) => price), column(each => each.lots)]
    const sides = column(({ buy }) => (buy ? BUY : SELL))
    const cancels = column(({ cancel }) => (cancel ? 1 : 0))
    const forPeer = operations.map(({ cancel, id, buy, price, lots: size }) =>
      cancel ? String(id) : { id: String(id), side: buy ? 'buy' : 'sell', size, price },
    )
    const samples = await interleave(
      {
        ours: {
          count: operations.length,
          work: () => {
            const engine = new MatchingEngine({ orders: 2 * resting, windowBits: 12 }, listener)
            for (let at = 0; at < ids.length; at++) {
              if (cancels[at] === 1) engine.cancel(ids[at]!)
              else engine.limit(ids[at]!, sides[at] as Side, prices[at]!, lots[at]!)
            }
          },
        },
        peer: {
          count: operations.length,
          work: () => {
            const book = new Peer()
            for (const each of forPeer) {
              if (typeof each === 'string') book.cancel(each)
              else book.limit(each)
            }
          },
        },
      },
      7,
    )
    const [ours, peer] = [median(samples.ours), median(samples.peer)]
    rows.push({
      question: `add, cancel and match, ${resting.toLocaleString('en')} orders resting`,
      ours,
      unit: 'ns/operation',
      samples: samples.ours,
      peer: `nodejs-order-book ${PEERS['nodejs-order-book']}`,
      peerValue: peer,
      ratio: peer / ours,
      target: '<= 100 ns, >= 30x',
      met: ours <= 100 && peer / ours >= 30,
    })
  }
  return rows
}
