import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OrderBook } from '@velocimex/core/book/order-book'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { installPeers, PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'

/** Name of this benchmark. */
export const name = 'ladder'

const BOOKS = 20

interface Message {
  readonly b: string[][]
  readonly a: string[][]
}
interface TardisBook {
  update(change: unknown): void
  bestBid(): { price: number } | undefined
}

/** Measures level updates with the best price kept, from real depth messages, beside tardis-dev's red-black tree. */
export async function run(): Promise<BenchRow[]> {
  const directory = await installPeers()
  const entry = createRequire(join(directory, 'package.json')).resolve('tardis-dev')
  const { OrderBook: Peer } = (await import(pathToFileURL(entry).href)) as unknown as {
    OrderBook: new () => TardisBook
  }
  const messages = rawMessages('binance-spot/btcusdt-2024-08-08.jsonl.gz', 'depthUpdate').map(
    raw => (JSON.parse(raw) as { data: Message }).data,
  )
  const flat = messages.flatMap(({ b, a }) => [
    ...b.map(([p, q]) => [1, Math.round(Number(p) * 100), Math.round(Number(q) * 1e6)]),
    ...a.map(([p, q]) => [0, Math.round(Number(p) * 100), Math.round(Number(q) * 1e6)]),
  ])
  const [isBid, prices, lots] = [0, 1, 2].map(column => Float64Array.from(flat, row => row[column]!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const changes = messages.map(changeOf)
  const ours = new OrderBook()
  const peer = new Peer()
  peer.update({ type: 'book_change', isSnapshot: true, bids: [], asks: [] })
  let sum = 0
  const samples = await interleave({
    ours: {
      count: flat.length,
      work: () => {
        for (let at = 0; at < prices.length; at++) {
          if (isBid[at] === 1) ours.bids.set(prices[at]!, lots[at]!)
          else ours.asks.set(prices[at]!, lots[at]!)
          sum += ours.bids.best === 1 ? 1 : 0
        }
      },
    },
    tardis: {
      count: flat.length,
      work: () => {
        for (const change of changes) {
          peer.update(change)
          sum += peer.bestBid()?.price === 1 ? 1 : 0
        }
      },
    },
  })
  const [mine, theirs] = [median(samples.ours), median(samples.tardis)]
  return [
    {
      question: 'level update with the best price kept',
      ours: mine,
      unit: 'ns/update',
      samples: samples.ours,
      peer: `tardis-dev ${PEERS['tardis-dev']}`,
      peerValue: theirs,
      ratio: theirs / mine,
      target: '<= 30 ns, >= 10x',
      met: mine <= 30 && theirs / mine >= 10 && sum === 0,
    },
    memory('memory of a book, BTCUSDT after its recording', messages, 1500, Peer),
    memory('memory of a book of a quiet instrument', [quiet()], 64, Peer),
  ]
}

/** Twenty levels a side, a few ticks apart. */
function quiet(): Message {
  const side = (sign: number): string[][] =>
    Array.from({ length: 20 }, (_, level) => [(100 + sign * (1 + 3 * level) * 0.01).toFixed(2), '1.5'])
  return { b: side(-1), a: side(1) }
}

/** What one more book takes, of our arrays and of the peer's heap. */
function memory(question: string, messages: readonly Message[], most: number, Peer: new () => TardisBook): BenchRow {
  const made: unknown[] = []
  const each = (make: () => unknown): number => {
    made.push(make())
    const before = used()
    for (let book = 0; book < BOOKS; book++) made.push(make())
    return (used() - before) / BOOKS / 1024
  }
  const ours = each(() => {
    const book = new OrderBook()
    for (const { b, a } of messages) {
      for (const [price, lots] of b) book.bids.set(Math.round(Number(price) * 100), Math.round(Number(lots) * 1e6))
      for (const [price, lots] of a) book.asks.set(Math.round(Number(price) * 100), Math.round(Number(lots) * 1e6))
    }
    return book
  })
  const theirs = each(() => {
    const book = new Peer()
    book.update({ type: 'book_change', isSnapshot: true, bids: [], asks: [] })
    for (const message of messages) book.update(changeOf(message))
    return book
  })
  if (made.length !== 2 * (BOOKS + 1)) throw new Error('the books are kept while they are counted')
  return {
    question,
    ours,
    unit: 'kB',
    peer: `tardis-dev ${PEERS['tardis-dev']}`,
    peerValue: theirs,
    ratio: theirs / ours,
    target: `<= ${most} kB`,
    met: ours <= most,
  }
}

/** Bytes that live, in arrays and on the heap. */
function used(): number {
  for (let turn = 0; turn < 3; turn++) globalThis.gc!()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function changeOf({ b, a }: Message): unknown {
  const levels = (rows: string[][]) => rows.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  return { type: 'book_change', isSnapshot: false, bids: levels(b), asks: levels(a) }
}
