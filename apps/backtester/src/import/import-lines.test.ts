import { deepEqual } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { OrderBook } from '@velocimex/core/book/order-book'
import { Replay } from '@velocimex/core/bus/replay'
import { Kind } from '@velocimex/core/market/event-kind'
import { openTape } from '@velocimex/host/tape/tape'
import { importCaptures } from './import-captures.ts'
import type { ImportReport } from './import-report.ts'

const directory = mkdtempSync(join(tmpdir(), 'velocimex-lines-'))
after(() => rmSync(directory, { recursive: true }))
let made = 0

const change = (id: number, quantity = '1'): string =>
  `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":${id},"u":${id},"b":[["10.5","${quantity}"]],"a":[]}}`
const trade = (id: number): string =>
  `{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":${id},"p":"10.5","q":"1","T":1,"m":true,"M":true}}`
const line = (conn: string, second: number, raw: string, more = {}): string =>
  JSON.stringify({ ts: `${1_700_000_000 + second}.000001`, dir: 'recv', conn, raw, ...more })
const whole = (conn: string, second: number, id: number): string =>
  line(`${conn}-rest`, second, `{"lastUpdateId":${id},"bids":[["10","1"]],"asks":[["11","${id}"]]}`, {
    dir: 'http',
    url: 'https://x/api/v3/depth?symbol=BTCUSDT&limit=10',
  })

/** What the import says of the lines, and what somebody who plays the tape sees. */
async function imported(...lines: string[]): Promise<{ report: ImportReport; book: OrderBook; trades: number[] }> {
  const captures = [join(directory, `${++made}.jsonl.gz`)]
  writeFileSync(captures[0]!, gzipSync(lines.join('\n')))
  const out = join(directory, `tape-${made}`)
  const report = await importCaptures({ venue: 'binance-spot', captures, out })
  const tape = openTape(out)
  if (!report.ok || !tape.ok) throw new Error('the capture is sound')
  const book = new OrderBook()
  const trades: number[] = []
  const replay = new Replay([{ source: tape.value }], tape.value.blockRecords)
  for (; replay.at !== Number.POSITIVE_INFINITY; replay.advance()) {
    book.apply(replay.record)
    if (replay.record.kind === Kind.trade) trades.push(replay.record.lane2)
  }
  tape.value.close()
  return { report: report.value, book, trades }
}

const follow = (conn: string, from: number, to: number, second = 0): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => line(conn, second + at, change(from + at, String(from + at))))

test('a connection that dies and comes back under another name goes on with the book on the tape', async () => {
  const { report, book } = await imported(
    line('ws1', 0, change(6)),
    whole('ws1', 0, 5),
    ...follow('ws1', 7, 9),
    line('ws2', 20, change(30)),
    whole('ws2', 20, 30),
    ...follow('ws2', 31, 45, 21),
  )
  deepEqual([report.handovers, report.gaps, report.books['BTCUSDT']!.lastUpdateId], [1, 0, 45])
  deepEqual([book.updateId, book.bids.lotsAt(book.bestBid), report.instruments[0]!.synced], [45, 45, true])
})

test('a connection that lost its book leaves it to another one that has it', async () => {
  const { report, book } = await imported(
    line('ws1', 0, change(6)),
    whole('ws1', 0, 5),
    line('ws2', 0, change(6)),
    whole('ws2', 0, 5),
    line('ws1', 1, change(7)),
    line('ws2', 1, change(7)),
    line('ws1', 2, change(9)),
    line('ws2', 2, change(8)),
    line('ws2', 3, change(9, '9')),
  )
  deepEqual([report.gaps, report.handovers, book.updateId, book.bids.lotsAt(book.bestBid)], [1, 1, 9, 9])
})

test('two connections that both go on: the first keeps the book, each trade is on the tape once', async () => {
  const both = (second: number, raw: string): string[] => [line('ws1', second, raw), line('ws2', second, raw)]
  const seconds = Array.from({ length: 30 }, (_, at) => at)
  const { report, trades } = await imported(
    ...both(0, change(6)),
    whole('ws1', 0, 5),
    whole('ws2', 0, 5),
    ...seconds.flatMap(at => [...both(at, change(7 + at)), ...both(at, trade(100 + at))]),
  )
  deepEqual([report.handovers, report.tradesAgain], [0, 30])
  deepEqual(trades, [...seconds.map(at => 100 + at)])
})

test('what one connection alone tells twice stays as it was told', async () => {
  const { report, trades } = await imported(line('ws1', 0, trade(1)), line('ws1', 1, trade(1)))
  deepEqual([report.tradesAgain, trades], [0, [1, 1]])
})
