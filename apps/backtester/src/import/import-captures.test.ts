import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { OrderBook } from '@velocimex/core/book/order-book'
import { Replay } from '@velocimex/core/bus/replay'
import { openTape } from '@velocimex/host/tape/tape'
import { type ImportOptions, importCaptures } from './import-captures.ts'
import type { ImportReport } from './import-report.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const FINAL = skip === false ? JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8')) : {}
const directory = mkdtempSync(join(tmpdir(), 'velocimex-import-'))
after(() => rmSync(directory, { recursive: true }))

let tapes = 0
async function run(options: Omit<ImportOptions, 'out'> & { out?: string }): Promise<ImportReport & { out: string }> {
  const out = options.out ?? join(directory, String(++tapes))
  const report = await importCaptures({ ...options, out })
  if (!report.ok) throw new Error(`${report.reason}: ${report.words}`)
  return { ...report.value, out }
}
const captures = (...names: string[]): string[] => names.map(name => join(DATA, name))
const numbers = (levels: readonly (readonly string[])[]): number[][] => levels.map(level => level.map(Number))

/** Capture, what goes before it, instrument list. */
const files: [string, string, string[], string?][] = [
  ['binance-spot', 'binance-spot/btcusdt-2024-08-08.jsonl.gz', []],
  ['binance-spot', 'binance-spot/btcusdt-2024-08-09.jsonl.gz', ['binance-spot/btcusdt-2024-08-08.jsonl.gz']],
  [
    'binance-spot',
    'binance-spot/ten-symbols-2021-04-17.jsonl.gz',
    [],
    'binance-spot/exchange-info-2021-04-17.jsonl.gz',
  ],
  ['binance-usdm', 'binance-usdm/btcusdt-2024-08-08.jsonl.gz', []],
  [
    'binance-usdm',
    'binance-usdm/four-symbols-2021-07-22.jsonl.gz',
    [],
    'binance-usdm/exchange-info-2021-07-22.jsonl.gz',
  ],
]
for (const [venue, file, before, list] of files)
  test(`${file}: no gap, every snapshot bridges, the last book is the reference`, { skip }, async () => {
    const options = list === undefined ? {} : { instruments: join(DATA, list) }
    const report = await run({ venue, captures: captures(...before, file), ...options })
    deepEqual(
      [report.refusedTotal, report.gaps, report.resyncs, report.snapshotsTooOld, report.crossedBooks],
      [0, 0, 0, 0, 0],
    )
    equal(report.quotes.differed, 0)
    const reference = Number(/(\d+) agree/.exec(FINAL[file].check)?.[1])
    ok(report.quotes.agreed >= reference, `${report.quotes.agreed} comparisons, the reference made ${reference}`)
    const books = FINAL[file].books as Record<string, { bids: string[][]; asks: string[][]; lastUpdateId: number }>
    equal(report.snapshotsBridged, Object.keys(books).length)
    for (const [symbol, book] of Object.entries(books)) {
      const ours = report.books[symbol]!
      deepEqual(numbers(ours.bids), numbers(book.bids), symbol)
      deepEqual(numbers(ours.asks), numbers(book.asks), symbol)
      deepEqual([ours.lastUpdateId, ours.synced], [book.lastUpdateId, true])
    }
    // Both lists hold one symbol whose book still had levels on the finer grid of the day before.
    if (list !== undefined)
      deepEqual(
        report.inferred.map(({ symbol }) => symbol),
        [venue === 'binance-spot' ? 'BUSDTRY' : 'CTKUSDT'],
      )
    deepEqual(
      fromTape(report.out),
      Object.fromEntries(Object.entries(report.books).map(([symbol, book]) => [symbol, book.lastUpdateId])),
    )
  })

/** Last update id of every book when the tape is played into fresh books. */
function fromTape(out: string): Record<string, number> {
  const tape = openTape(out)
  if (!tape.ok) throw new Error(tape.words)
  const books = tape.value.instruments.all.map(() => new OrderBook())
  const replay = new Replay([{ source: tape.value }], tape.value.blockRecords)
  for (; replay.at !== Number.POSITIVE_INFINITY; replay.advance()) books[replay.record.instrument]!.apply(replay.record)
  tape.value.close()
  return Object.fromEntries(books.map((book, index) => [tape.value.instruments.at(index).symbol, book.updateId]))
}

test('the second day alone never bridges: its book stays unsynced and the report says so', { skip }, async () => {
  const report = await run({ venue: 'binance-spot', captures: captures('binance-spot/btcusdt-2024-08-09.jsonl.gz') })
  equal(report.instruments[0]!.synced, false)
  equal(report.books['BTCUSDT']!.synced, false)
  deepEqual(report.books['BTCUSDT']!.bids, [])
})

const depth = (first: number, last: number, price = '10.5', quantity = '1'): string =>
  `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":${first},"u":${last},"b":[["${price}","${quantity}"]],"a":[["11","1"]]}}`
const line = (raw: string, dir = 'recv', extra = {}): string =>
  JSON.stringify({ ts: '1700000000.000001', dir, conn: 'ws', raw, ...extra })
const SNAPSHOT = line('{"lastUpdateId":5,"bids":[["10","1"]],"asks":[["11","2"]]}', 'http', {
  conn: 'ws-rest',
  url: 'https://x/api/v3/depth?symbol=BTCUSDT&limit=10',
})
function made(...lines: string[]): string {
  const path = join(directory, `made-${++tapes}.jsonl.gz`)
  writeFileSync(path, gzipSync(lines.join('\n')))
  return path
}

test('a gap empties the book, and a later snapshot brings it back', async () => {
  const later = SNAPSHOT.replace('\\"lastUpdateId\\":5', '\\"lastUpdateId\\":20')
  const path = made(
    line(depth(6, 6)),
    SNAPSHOT,
    line(depth(7, 8)),
    line(depth(12, 13)),
    line(depth(14, 20)),
    later,
    line(depth(21, 21, '10.75')),
  )
  const report = await run({ venue: 'binance-spot', captures: [path] })
  deepEqual([report.gaps, report.resyncs, report.snapshotsBridged], [1, 1, 2])
  deepEqual(report.books['BTCUSDT']!.bids, [
    ['10.75', '1'],
    ['10.00', '1'],
  ])
})

test('a connection that carries trades alone is not taken for one that follows the book', async () => {
  const trade = line(
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"10.5","q":"1","T":1,"m":true,"M":true}}',
    'recv',
    { conn: 'ws-trade' },
  )
  const asked = SNAPSHOT.replace('"ws-rest"', '"rest"')
  for (const lines of [
    [trade, line(depth(4, 6)), asked, line(depth(7, 8))],
    [trade, asked, line(depth(4, 6)), line(depth(7, 8))],
    [asked, trade, line(depth(6, 6)), line(depth(7, 8))],
    [asked, line(depth(6, 6)), trade, line(depth(7, 8))],
  ]) {
    const report = await run({ venue: 'binance-spot', captures: [made(...lines)] })
    deepEqual(Object.keys(report.books), ['BTCUSDT'])
    deepEqual([report.books['BTCUSDT']!.lastUpdateId, report.instruments[0]!.synced], [8, true])
    deepEqual([report.gaps, report.snapshotsBridged, report.snapshotsUnused], [0, 1, 0])
    deepEqual(fromTape(report.out), { BTCUSDT: 8 })
  }
  const alone = await run({ venue: 'binance-spot', captures: [made(trade, asked)] })
  deepEqual([alone.books, alone.snapshotsUnused, alone.instruments[0]!.synced], [{}, 1, false])
})

test('two sockets with a symbol each: a book that was asked for before its socket spoke is not lost', async () => {
  const other = (raw: string): string => raw.replaceAll('BTCUSDT', 'ETHUSDT').replaceAll('btcusdt', 'ethusdt')
  const path = made(
    line(depth(6, 6)),
    SNAPSHOT.replace('"ws-rest"', '"rest"'),
    other(SNAPSHOT).replace('"ws-rest"', '"ws2-rest"'),
    line(other(depth(5, 9)), 'recv', { conn: 'ws2' }),
    line(depth(7, 7)),
    line(other(depth(10, 11)), 'recv', { conn: 'ws2' }),
  )
  const report = await run({ venue: 'binance-spot', captures: [path] })
  deepEqual(
    Object.entries(report.books).map(([symbol, { lastUpdateId, synced }]) => [symbol, lastUpdateId, synced]),
    [
      ['BTCUSDT', 7, true],
      ['ETHUSDT', 11, true],
    ],
  )
  deepEqual([report.gaps, report.snapshotsBridged, report.snapshotsTooOld], [0, 2, 0])
})

test('one frame with absurd digits is refused, and does not make the others unreadable', async () => {
  const odd = line(depth(7, 7, '61837.123456789012'))
  const path = made(line(depth(6, 6, '61837.6')), SNAPSHOT, odd, line(depth(7, 7, '61837.7')))
  const report = await run({ venue: 'binance-spot', captures: [path] })
  deepEqual([report.refused, report.gaps, report.books['BTCUSDT']!.lastUpdateId], [{ 'off-grid': 1 }, 0, 7])
})

test('captures that are not in the order of time are told, and the span does not run backwards', async () => {
  const early = made(SNAPSHOT, line(depth(6, 6)))
  const late = made(line(depth(7, 7)).replace('1700000000', '1700000600'))
  const inOrder = await run({ venue: 'binance-spot', captures: [early, late] })
  deepEqual([inOrder.outOfOrder, inOrder.instruments[0]!.synced, inOrder.seconds], [[], true, 600])
  const quote = line('{"u":5,"s":"BTCUSDT","b":"10","B":"1","a":"11","A":"2"}').replace('1700000000', '1700000600')
  const turned = await run({ venue: 'binance-spot', captures: [made(quote), early, early] })
  deepEqual(
    turned.outOfOrder.map(({ file, seconds }) => [file, seconds]),
    [
      [early, 600],
      [early, 600],
    ],
  )
  ok(turned.seconds >= 0)
})

test('a capture with damage is imported as far as it is sound, and every refusal is shown', async () => {
  const path = made(
    SNAPSHOT,
    line(depth(6, 6)),
    'half a li',
    line('{"e":"nonsense"}'),
    line(depth(7, 7).slice(0, -5)),
    line(depth(8, 8)),
  )
  const report = await run({ venue: 'binance-spot', captures: [path] })
  deepEqual(report.refused, { malformed: 1, 'unknown-kind': 1 })
  equal(report.lines.damaged, 1)
  equal(report.gaps, 1, 'the refused change is missed by the next one')
  deepEqual(
    report.samples.map(({ line, reason }) => [line, reason]),
    [
      [3, 'damaged'],
      [4, 'unknown-kind'],
      [5, 'malformed'],
    ],
  )
})

test('a published grid that is coarser than the data is not used, and this is said', async () => {
  const list = join(directory, 'list.json')
  const symbol = {
    symbol: 'BTCUSDT',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    filters: [
      { filterType: 'PRICE_FILTER', tickSize: '1' },
      { filterType: 'LOT_SIZE', stepSize: '0.1' },
    ],
  }
  writeFileSync(list, JSON.stringify({ symbols: [symbol, { symbol: 'BROKEN' }] }))
  const report = await run({ venue: 'binance-spot', captures: [made(SNAPSHOT, line(depth(6, 6)))], instruments: list })
  match(report.inferred[0]!.words, /given grid is coarser than the data \(price 0 decimals, seen 1/)
  deepEqual(
    report.skippedInstruments.map(({ symbol }) => symbol),
    ['BROKEN'],
  )
  deepEqual(report.books['BTCUSDT']!.bids[0], ['10.5', '1'])
})

test('what cannot be imported is refused with words, and nothing is left behind', async () => {
  const words = async (options: ImportOptions): Promise<string> => {
    const report = await importCaptures(options)
    return report.ok ? 'imported' : `${report.reason}: ${report.words}`
  }
  const out = join(directory, 'never')
  const good = made(SNAPSHOT)
  match(
    await words({ venue: 'mtgox', captures: [good], out }),
    /unknown_venue: .* known are binance-spot, binance-usdm/,
  )
  match(await words({ venue: 'binance-spot', captures: ['/no/such/file'], out }), /not_found: .*does not exist/)
  const cut = join(directory, 'cut.jsonl.gz')
  writeFileSync(cut, gunzipSync(readFileSync(good)).length > 0 ? readFileSync(good).subarray(0, 60) : '')
  match(
    await words({ venue: 'binance-spot', captures: [cut], out }),
    /damaged: nothing in .* 0 messages, 0 refused, 1 damaged lines/,
  )
  match(
    await words({ venue: 'binance-spot', captures: [good], out, instruments: good }),
    /instruments: .* is not an instrument list/,
  )
  match(
    await words({ venue: 'binance-spot', captures: [made('nonsense', line('{}'))], out }),
    /damaged: nothing in .* 1 messages, 1 refused, 1 damaged lines/,
  )
  match(
    await words({ venue: 'binance-spot', captures: [made(line(depth(6, 6)))], out }),
    /1 messages, 0 refused, 0 damaged lines; no snapshot connects to the changes/,
  )
  const folder = join(directory, 'folder')
  mkdirSync(folder)
  writeFileSync(join(folder, 'thesis.txt'), 'precious')
  match(await words({ venue: 'binance-spot', captures: [good], out: folder, overwrite: true }), /exists: /)
  if (existsSync('/proc/self'))
    await rejects(importCaptures({ venue: 'binance-spot', captures: [good], out: '/proc/velocimex/tape' }), /ENOENT/)
  equal(existsSync(out), false)
  ok(readdirSync(directory).every(name => !name.includes('partial')))
})
