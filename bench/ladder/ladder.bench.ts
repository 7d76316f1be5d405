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
    raw => (JSON.parse(raw) as { data: { b: string[][]; a: string[][] } }).data,
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
  const changes = messages.map(({ b, a }) => ({
    type: 'book_change',
    isSnapshot: false,
    bids: b.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) })),
    asks: a.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) })),
  }))
  const ours = new OrderBook()
  const peer = new Peer()
  peer.update({ type: 'book_change', isSnapshot: true, bids: [], asks: [] })
  let sum = 0
  const samples = interleave({
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
  ]
}
