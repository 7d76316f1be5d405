import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { OrderBook } from '@velocimex/core/book/order-book'
import { SLACK } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { MarketSocket } from '@velocimex/host/net/market-socket'
import { SystemTimers } from '@velocimex/host/net/timers'
import { findVenue } from '@velocimex/venues/venues'
import { WebSocket } from 'ws'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../measure.ts'
import { PEERS } from '../peers.ts'
import { rawMessages } from '../recordings.ts'
import { loadTardis, type Tardis } from '../tardis-peer.ts'

/** Name of this benchmark. */
export const name = 'socket-best'

const CAPTURE = 'binance-spot/btcusdt-2024-08-08.jsonl.gz'
const ROUNDS = 5
const WARM_MS = 1_000
const COUNT_MS = 1_500
const venue = findVenue('binance-spot')!.members[0]

/** A client that counts what it has read up to the best price, until it is closed. */
interface Client {
  readonly seen: () => number
  readonly close: () => void
}

/**
 * Measures a socket that is never empty, from its bytes to the best price, beside tardis-dev: quotes as its
 * `streamNormalized` gives them out; books by its mapper and its book put behind `ws` by hand, which is quicker than what
 * it gives out itself, because its stream would ask the venue for a whole book.
 */
export async function run(): Promise<BenchRow[]> {
  const { tardis } = await loadTardis()
  const grids = venue.inferGrids()
  for (const raw of rawMessages(CAPTURE, '"stream"')) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const rows: BenchRow[] = []
  for (const [kind, words, peer] of [
    ['changes of a book', 'depthUpdate', 'ws + tardis-dev'],
    ['best quotes', '@bookTicker', 'tardis-dev'],
  ] as const) {
    const first = rawMessages(CAPTURE, words)[0]!
    const server = fork(fileURLToPath(new URL('./flood-worker.ts', import.meta.url)), [CAPTURE, words])
    const [port] = (await once(server, 'message')) as [number]
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await measure(ourClient(port, table)))
      theirs.push(await measure(peer === 'tardis-dev' ? streamClient(port, tardis) : bookClient(port, tardis, first)))
    }
    server.disconnect()
    const [mine, its] = [median(ours), median(theirs)]
    rows.push({
      question: `${kind}, socket to best price, as fast as they come`,
      ours: mine,
      unit: 'us/message',
      samples: ours,
      peer: `${peer} ${PEERS['tardis-dev']}`,
      peerValue: its,
      ratio: its / mine,
      target: '>= 8x',
      met: its / mine >= 8,
    })
  }
  return rows
}

/** Microseconds a message. */
async function measure({ seen, close }: Client): Promise<number> {
  await sleep(WARM_MS)
  const [start, before] = [performance.now(), seen()]
  await sleep(COUNT_MS)
  const us = ((performance.now() - start) * 1000) / (seen() - before)
  close()
  return us
}

function ourClient(port: number, table: InstrumentTable): Client {
  const codec = venue.makeCodec(table, 1 << 20, 4096, 0)
  const record = new EventRecord(codec.batch)
  const book = new OrderBook()
  let seen = 0
  let best = 0
  const socket = new MarketSocket(
    {
      url: `ws://127.0.0.1:${port}/`,
      region: { bytes: codec.buffer, from: 0, to: codec.buffer.length - SLACK },
      messageMax: 1 << 16,
    },
    {
      opened: () => {},
      message: (_, from, to, __, at) => {
        if (codec.decode(from, to, at, 0) < 0) throw new Error('a message was refused')
        for (let slot = 0; slot < codec.batch.count; slot++) book.apply(record.at(slot))
        best = record.kind === Kind.quote ? record.lane0 : book.bestBid
        seen++
      },
      pong: () => {},
      ended: () => {},
    },
    new SystemTimers(),
  )
  const close = (): void => {
    socket.terminate()
    if (!Number.isFinite(best)) throw new Error('there was no best price')
  }
  return { seen: () => seen, close }
}

function streamClient(port: number, tardis: Tardis): Client {
  process.env['WSS_URL_BINANCE'] = `ws://127.0.0.1:${port}/`
  let seen = 0
  let best = 0
  let closed = false
  const options = {
    exchange: 'binance',
    symbols: ['btcusdt'],
    onError: (cause: Error) => {
      if (!closed) throw cause
    },
  }
  const events = tardis.streamNormalized(options, tardis.normalizeBookTickers)
  void (async () => {
    for await (const event of events) {
      best = (event as { bidPrice: number }).bidPrice
      seen++
      if (closed) break
    }
  })()
  const close = (): void => {
    closed = true
    if (!(best > 0)) throw new Error('the peer had no best price')
  }
  return { seen: () => seen, close }
}

function bookClient(port: number, tardis: Tardis, first: string): Client {
  const at = new Date()
  const mapper = tardis.normalizeBookChanges('binance', at)
  const book = new tardis.OrderBook()
  const lastUpdateId = (JSON.parse(first) as { data: { U: number } }).data.U
  const data = { lastUpdateId, bids: [], asks: [] }
  const snapshot = { stream: 'btcusdt@depthSnapshot', generated: true, data }
  for (const change of mapper.map(snapshot, at) ?? []) book.update(change)
  let seen = 0
  let best = 0
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
  socket.on('message', data => {
    for (const event of mapper.map(JSON.parse(String(data)), at) ?? []) {
      book.update(event)
      best = book.bestBid()?.price ?? Number.NaN
    }
    seen++
  })
  const close = (): void => {
    socket.terminate()
    if (!(best > 0)) throw new Error('the peer had no best price')
  }
  return { seen: () => seen, close }
}
