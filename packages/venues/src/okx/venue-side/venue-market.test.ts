import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '@velocimex/core/book/order-book'
import { Random } from '@velocimex/core/clock/random'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { LINKED_ALIVE } from '@velocimex/core/feed/sequencing'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { EventRecord, type RecordSink } from '@velocimex/core/market/event-record'
import { BUY, SELL } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import { OkxCodec } from '../okx-codec.ts'
import { type HeldSocket, SimulatedOkx } from './simulated-okx.conformance.ts'

/** A client's feed over a socket of the venue: its books, and what else was told. */
class Reader {
  readonly books: OrderBook[]
  readonly kinds: Record<string, number> = {}
  readonly feed: MarketFeed
  /** Best quotes and best levels by their number: of the first instrument. */
  readonly quotes = new Map<number, string>()
  readonly tops = new Map<number, string>()
  readonly #codec: OkxCodec
  readonly #socket: HeldSocket

  constructor(venue: SimulatedOkx, socket: HeldSocket) {
    this.#socket = socket
    this.#codec = new OkxCodec('okx', venue.instruments, 1 << 20, 4096, 0)
    this.books = venue.instruments.all.map(() => new OrderBook())
    const sink: RecordSink = {
      append: (records, from, to) => {
        const record = new EventRecord(records)
        for (let slot = from; slot < to; slot++) {
          record.at(slot)
          this.books[record.instrument]!.apply(record)
          const name = KIND_NAMES[record.kind]!
          this.kinds[name] = (this.kinds[name] ?? 0) + 1
        }
      },
    }
    this.feed = new MarketFeed(this.#codec, LINKED_ALIVE, sink, venue.instruments.all.length, 0)
  }

  subscribe(...names: [channel: string, instId: string][]): void {
    const args = names.map(([channel, instId]) => ({ channel, instId }))
    this.#socket.session!.onText(JSON.stringify({ op: 'subscribe', args }))
  }

  /** Reads what came. */
  read(at: number): void {
    for (const text of this.#socket.taken()) {
      const to = Buffer.from(this.#codec.buffer.buffer).write(text)
      const kind = this.feed.frame(0, to, at, 0)
      ok(kind >= 0, text)
      const { batch, ids } = this.#codec
      const [book] = this.books
      if (kind === FrameKind.quote) this.quotes.set(ids.last, [...batch.f64.subarray(4, 8)].join(' '))
      const top = [book!.bestBid, book!.bidLots, book!.bestAsk, book!.askLots]
      if (kind === FrameKind.depth) this.tops.set(ids.last, top.join(' '))
    }
  }
}

const sameBook = (venue: SimulatedOkx, book: OrderBook, instrument: number): void => {
  for (const [side, ladder] of [
    [BUY, book.bids],
    [SELL, book.asks],
  ] as const) {
    const ours: (readonly [number, number])[] = []
    for (let at = ladder.best; Number.isFinite(at); at = ladder.worse(at)) ours.push([at, ladder.lotsAt(at)])
    deepEqual(ours, bestLevels(venue.exchange, instrument, side, 400))
  }
}

test('books of a client that subscribed early, late and twice equal the books of the exchange after any changes', () => {
  const venue = new SimulatedOkx()
  const random = new Random(11)
  const early = new Reader(venue, venue.connect('public'))
  const late = new Reader(venue, venue.connect('public'))
  early.subscribe(['books', 'BTC-USDT'], ['books', 'BTC-USD-SWAP'])
  const pick = (most: number): number => Math.floor(random.uniform() * most)
  for (let turn = 0; turn < 400; turn++) {
    if (turn === 200) late.subscribe(['books', 'BTC-USDT'])
    if (turn === 300) early.subscribe(['books', 'BTC-USDT'])
    for (let change = pick(4); change > 0; change--) {
      const side = pick(2) === 0 ? BUY : SELL
      const force = pick(3) === 0 ? 'ioc' : 'gtc'
      const price = force === 'ioc' ? 600_000 + side * pick(5) : 600_000 - side * (1 + pick(60))
      venue.rest(pick(2) * 2, side, price, 1 + pick(20_000), force)
    }
    venue.pass(20 + pick(100))
    early.read(venue.clock.now())
    late.read(venue.clock.now())
  }
  venue.pass(100)
  early.read(venue.clock.now())
  late.read(venue.clock.now())
  deepEqual([early.feed.counts.gaps, late.feed.counts.gaps, early.feed.counts.resyncs], [0, 0, 1])
  sameBook(venue, early.books[0]!, 0)
  sameBook(venue, late.books[0]!, 0)
  sameBook(venue, early.books[2]!, 2)
})

test('best quotes and books that carry the same number say the same', () => {
  const venue = new SimulatedOkx()
  const random = new Random(5)
  const reader = new Reader(venue, venue.connect('public'))
  reader.subscribe(['books', 'BTC-USDT'], ['bbo-tbt', 'BTC-USDT'])
  for (let turn = 0; turn < 300; turn++) {
    const side = random.uniform() < 0.5 ? BUY : SELL
    const isTaking = random.uniform() < 0.4
    venue.rest(
      0,
      side,
      isTaking ? 600_002 : 600_000 - side,
      1 + Math.floor(random.uniform() * 9000),
      isTaking ? 'ioc' : 'gtc',
    )
    venue.pass(50)
    reader.read(venue.clock.now())
  }
  const shared = [...reader.quotes].filter(([id]) => reader.tops.has(id))
  ok(shared.length > 50, `${shared.length} numbers in common`)
  for (const [id, quote] of shared) equal(quote, reader.tops.get(id), `at ${id}`)
})

test('a quiet book is kept alive every minute, and its reader goes on believing it', () => {
  const venue = new SimulatedOkx()
  const socket = venue.connect('public')
  const reader = new Reader(venue, socket)
  reader.subscribe(['books', 'BTC-USDT'])
  for (let part = 0; part < 20; part++) {
    venue.pass(15_000, 500)
    socket.session!.onText('ping')
    reader.read(venue.clock.now())
    reader.feed.tick(venue.clock.now())
    ok(reader.feed.isLive(0))
  }
  equal(reader.feed.counts.gaps, 0)
})

test('every channel is read by our codec: trades, quotes, tickers, bars, marks, funding', () => {
  const venue = new SimulatedOkx()
  const socket = venue.connect('public')
  const business = venue.connect('business')
  const reader = new Reader(venue, socket)
  const bars = new Reader(venue, business)
  const swap = 'BTC-USDT-SWAP'
  reader.subscribe(
    ['trades', swap],
    ['bbo-tbt', swap],
    ['books5', swap],
    ['tickers', swap],
    ['mark-price', swap],
    ['funding-rate', swap],
  )
  bars.subscribe(['candle1m', swap], ['trades-all', swap])
  for (let turn = 0; turn < 30; turn++) {
    venue.rest(1, turn % 2 === 0 ? BUY : SELL, turn % 2 === 0 ? 600_002 : 599_998, 15, 'ioc')
    venue.pass(5000, 100)
    reader.read(venue.clock.now())
    bars.read(venue.clock.now())
  }
  for (const kind of ['trade', 'quote', 'level', 'mark', 'funding']) ok((reader.kinds[kind] ?? 0) > 0, kind)
  for (const kind of ['trade', 'bar', 'bar-volume']) ok((bars.kinds[kind] ?? 0) > 0, kind)
})

test('what one aggressor takes at one price is one trade with a count, and single trades elsewhere', () => {
  const venue = new SimulatedOkx()
  const [summed, single] = [venue.connect('public'), venue.connect('business')]
  summed.session!.onText('{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}')
  single.session!.onText('{"op":"subscribe","args":[{"channel":"trades-all","instId":"BTC-USDT"}]}')
  summed.taken()
  single.taken()
  for (const lots of [100, 200, 300]) venue.rest(0, SELL, 600_000, lots)
  venue.rest(0, BUY, 600_001, 1000, 'ioc')
  venue.pass(10)
  const told = (socket: HeldSocket): string[] =>
    socket.taken().map(text => {
      const [row] = JSON.parse(text).data as Record<string, string>[]
      return `${row!['side']} ${row!['sz']}@${row!['px']} ${row!['tradeId']} x${row!['count'] ?? ''}`
    })
  deepEqual(told(summed), ['buy 0.006@60000 3 x3', 'buy 0.004@60000.1 4 x1'])
  deepEqual(told(single), [
    'buy 0.001@60000 1 x',
    'buy 0.002@60000 2 x',
    'buy 0.003@60000 3 x',
    'buy 0.004@60000.1 4 x',
  ])
})

test('answers of REST are read by our codec as what the exchange has', () => {
  const venue = new SimulatedOkx()
  venue.rest(0, BUY, 600_003, 20_000, 'ioc')
  const codec = new OkxCodec('okx', venue.instruments, 1 << 20, 4096, 0)
  const kindOf = (path: string, query: string, channel?: string): string => {
    const { body } = venue.dialect.answer({ method: 'GET', path: `/api/v5/${path}`, query, headers: {}, body: '' })
    const to = Buffer.from(codec.buffer.buffer).write(body)
    const kind =
      channel === undefined ? codec.decodeSnapshot(0, to, 0, 1, 0) : codec.decodeAnswer(channel, 0, to, 0, 1, 0)
    return `${kind} ${codec.batch.count}`
  }
  equal(kindOf('market/books', 'instId=BTC-USDT&sz=20'), '2 40')
  equal(kindOf('market/trades', 'instId=BTC-USDT&limit=2', 'trades'), '4 2')
  equal(kindOf('market/candles', 'instId=BTC-USDT&bar=1m', 'candle1m'), '6 2')
  equal(kindOf('market/ticker', 'instId=BTC-USDT', 'tickers'), '5 1')
  equal(kindOf('public/mark-price', 'instType=SPOT&instId=BTC-USDT', 'mark-price'), '7 1')
})

/** What a client sends on a fresh socket, and how the venue answers: the last frame, in parts. */
const TALKS: readonly (readonly [place: string, sent: string, answer: RegExp])[] = [
  ['public', 'ping', /^pong$/],
  ['public', 'half a fra', /"event":"error","code":"60012"/],
  ['public', '{"op":"dance"}', /"code":"60012"/],
  ['public', '{"op":"subscribe","args":[]}', /"code":"60012"/],
  ['public', '{"op":"subscribe","args":[{"channel":"trades","instId":"DOGE-USDT"}]}', /"code":"60018"/],
  ['public', '{"op":"subscribe","args":[{"channel":"candle1m","instId":"BTC-USDT"}]}', /"code":"60018"/],
  ['business', '{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}', /"code":"60018"/],
  ['public', '{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}', /"code":"60018"/],
  ['private', '{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}', /"code":"60011"/],
  ['public', '{"op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT"}]}', /"code":"60011"/],
  [
    'public',
    '{"id":"7","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}',
    /^\{"id":"7","event":"subscribe","arg":\{"channel":"trades","instId":"BTC-USDT"\},"connId":"07070707"\}$/,
  ],
  [
    'public',
    '{"op":"subscribe","args":[{"channel":"instruments","instType":"SWAP"}]}',
    /"instType":"SWAP".*"state":"live"/,
  ],
  ['public', '{"op":"subscribe","args":[{"channel":"instruments","instType":"BONDS"}]}', /"code":"60018"/],
  ['public', '{"op":"unsubscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}', /"event":"unsubscribe"/],
  ['private', '{"op":"login","args":[{"apiKey":"nobody"}]}', /"code":"60005"/],
  [
    'private',
    '{"op":"login","args":[{"apiKey":"key","passphrase":"phrase","timestamp":"1538054050","sign":"x"}]}',
    /"code":"60006"/,
  ],
  [
    'private',
    '{"op":"login","args":[{"apiKey":"key","passphrase":"phrase","timestamp":"1782891000","sign":"x"}]}',
    /"code":"60007"/,
  ],
  [
    'private',
    '{"op":"login","args":[{"apiKey":"key","passphrase":"wrong","timestamp":"1782891000","sign":"x"}]}',
    /"code":"60024"/,
  ],
  ['private', '{"id":"1","op":"order","args":[{}]}', /"code":"60011"/],
]
for (const [place, sent, answer] of TALKS)
  test(`a client says ${sent.slice(0, 90)} on ${place}`, () => {
    const socket = new SimulatedOkx().connect(place)
    socket.session!.onText(sent)
    ok(answer.test(socket.texts.at(-1) ?? ''), socket.texts.join('\n'))
  })

test('D60 the definitions of a type come behind the acknowledgement, and again of what is halted or goes on', () => {
  const venue = new SimulatedOkx()
  const socket = venue.connect('public')
  socket.session!.onText('{"op":"subscribe","args":[{"channel":"instruments","instType":"SPOT"}]}')
  const told = (): unknown[] =>
    socket.taken().map(text => {
      const { event, arg, data } = JSON.parse(text) as { event?: string; arg: object; data?: Record<string, string>[] }
      return [event ?? arg, ...(data ?? []).map(({ instId, state }) => `${instId} ${state}`)]
    })
  const [first, second, ...more] = told()
  const spot = venue.exchange.instruments.all.filter(({ kind }) => kind === 'spot')
  const arg = { channel: 'instruments', instType: 'SPOT' }
  deepEqual([first, second, more], [['subscribe'], [arg, ...spot.map(({ symbol }) => `${symbol} live`)], []])
  for (const [isOpen, state] of [
    [false, 'suspend'],
    [true, 'live'],
  ] as const) {
    venue.exchange.isOpen[spot[0]!.index] = isOpen
    venue.pass(100, 100)
    deepEqual(told(), [[arg, `${spot[0]!.symbol} ${state}`]])
  }
  venue.pass(1000, 100)
  deepEqual(told(), [], 'nothing has changed')
})

test('a silent socket is closed after 30 seconds, one that pings is not; who left is told nothing', () => {
  const venue = new SimulatedOkx()
  const [silent, lively] = [venue.connect('public'), venue.connect('public')]
  for (let part = 0; part < 3; part++) {
    venue.pass(15_000, 1000)
    lively.session!.onText('ping')
  }
  deepEqual([silent.closedWith, lively.closedWith], [4004, 0])
  lively.session!.onText('{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}')
  lively.taken()
  lively.session!.onClosed()
  venue.rest(0, BUY, 600_001, 10, 'ioc')
  deepEqual(lively.texts, [])
  equal(venue.dialect.open('/ws/v5/elsewhere', '', lively), undefined)
})

test('a socket may ask 480 times an hour', () => {
  const venue = new SimulatedOkx()
  const socket = venue.connect('public')
  for (let ask = 0; ask < 480; ask++)
    socket.session!.onText('{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}')
  ok(!socket.texts.some(text => text.includes('60014')))
  socket.session!.onText('{"op":"subscribe","args":[{"channel":"tickers","instId":"BTC-USDT"}]}')
  ok(socket.texts.at(-1)!.includes('"code":"60014"'))
})
