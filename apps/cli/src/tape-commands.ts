import { importCaptures } from '@velocimex/backtester/import/import-captures'
import type { ImportReport } from '@velocimex/backtester/import/import-report'
import { isoOf } from '@velocimex/backtester/import/iso-of'
import { Replay } from '@velocimex/core/bus/replay'
import { KIND_NAMES, Kind, STATUS_NAMES } from '@velocimex/core/market/event-kind'
import { type EventRecord, Flag } from '@velocimex/core/market/event-record'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { openTape, type Tape } from '@velocimex/host/tape/tape'
import { VENUES } from '@velocimex/venues/venues'
import { type Command, InvalidArgumentError } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { pairs, print, printJson, progressLine } from './output.ts'
import { addTapeMakeCommand } from './tape-make-command.ts'

/** `velocimex tape import | make | info | dump`. */
export function addTapeCommands(program: Command): void {
  const tape = program.command('tape').description('recorded market data: import captures, look into tapes')
  tape
    .command('import')
    .description('decode captures of raw venue messages into a tape')
    .requiredOption('--venue <id>', `venue whose messages these are: ${[...VENUES.keys()].join(', ')}`)
    .requiredOption(
      '--capture <file>',
      'capture file (.jsonl, .gz, .zst); repeat it to carry several on one book',
      collect,
    )
    .requiredOption('--out <dir>', 'folder of the tape')
    .option(
      '--instruments <file>',
      "the venue's instrument list (its REST answer); without it grids are inferred from the digits",
    )
    .option('--overwrite', 'replace a tape that is already there')
    .option('--json', 'print the whole report as JSON, with the last books')
    .option('--quiet', 'no progress')
    .action(runImport)
  addTapeMakeCommand(tape)
  tape
    .command('info <dir>')
    .description('what a tape holds and where it comes from')
    .option('--json', 'as JSON')
    .action(runInfo)
  tape
    .command('dump <dir>')
    .description('records as readable rows')
    .option('--kind <kind>', `only records of a kind: ${KIND_NAMES.slice(1).join(', ')}`)
    .option('--instrument <symbol>', 'only records of an instrument')
    .option('--from <sequence>', 'start at a record', wholeNumber, 0)
    .option('--limit <count>', 'at most so many rows', wholeNumber, 20)
    .option('--json', 'one JSON object a line')
    .action(runDump)
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

interface ImportFlags {
  readonly venue: string
  readonly capture: readonly string[]
  readonly out: string
  readonly instruments?: string
  readonly overwrite?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

async function runImport(flags: ImportFlags): Promise<void> {
  const show = progressLine('lines', flags.quiet === true)
  const report = await importCaptures({
    venue: flags.venue,
    captures: flags.capture,
    out: flags.out,
    ...(flags.instruments === undefined ? {} : { instruments: flags.instruments }),
    overwrite: flags.overwrite === true,
    progress: ({ step, done, messages }) => show(step, done, messages),
  })
  if (!report.ok) {
    const code =
      report.reason === 'not_found' ? EXIT.notFound : report.reason === 'unknown_venue' ? EXIT.usage : EXIT.failed
    throw new CommandError(code, report.words ?? report.reason)
  }
  if (flags.json) printJson(report.value)
  else print(...importLines(report.value))
}

function importLines(report: ImportReport): string[] {
  const { lines } = report
  const unsynced = report.instruments.filter(({ synced }) => !synced).map(({ symbol }) => symbol)
  return [
    `Imported into ${report.out}`,
    ...pairs([
      ['messages', lines.recv + lines.http],
      ...Object.entries(report.messages).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
      ['refused', report.refusedTotal],
      ...Object.entries(report.refused).map(([reason, count]): [string, number] => [`  ${reason}`, count]),
      ['damaged lines', lines.damaged],
      ['gaps', report.gaps],
      ...(report.lostFrames > 0 ? [['frames lost', report.lostFrames] as const] : []),
      ...(report.checksums.agreed + report.checksums.differed > 0
        ? [['checksums', `${report.checksums.agreed} agree, ${report.checksums.differed} differ`] as const]
        : []),
      ['resyncs', report.resyncs],
      ['duplicates and old', report.duplicates],
      ...(report.handovers > 0 ? [['books handed over', report.handovers] as const] : []),
      ...(report.tradesAgain > 0 ? [['trades told again', report.tradesAgain] as const] : []),
      ['crossed books', report.crossedBooks],
      ['best quotes', `${report.quotes.agreed} agree, ${report.quotes.differed} differ`],
      ['records', report.records],
      ['time span', `${report.from} to ${report.to} (${report.seconds.toFixed(1)} s)`],
      ['messages a second', report.messagesPerSecond],
      [
        'instruments',
        report.instruments
          .map(({ unified, grids }) => `${unified}${grids === 'inferred' ? ' (grid inferred)' : ''}`)
          .join(', '),
      ],
    ]),
    ...report.inferred.map(({ symbol, words }) => `  ! ${symbol}: grid inferred from the digits: ${words}`),
    ...(unsynced.length > 0 ? [`  ! no book for ${unsynced.join(', ')}: no snapshot connected`] : []),
    ...report.outOfOrder.map(
      ({ file, seconds }) =>
        `  ! ${file} begins ${seconds.toFixed(1)} s before the end of what was given ahead of it: give captures once each, in the order of time`,
    ),
    ...(report.snapshotsUnused > 0
      ? [`  ! ${report.snapshotsUnused} snapshots were of no use: no changes of their books came`]
      : []),
    ...report.samples.map(({ file, line, reason, text }) => `  ! ${file}:${line} ${reason}: ${text}`),
    `Next: velocimex tape info ${report.out}`,
  ]
}

function opened(directory: string): Tape {
  const tape = openTape(directory)
  if (!tape.ok)
    throw new CommandError(tape.reason === 'damaged' ? EXIT.failed : EXIT.notFound, tape.words ?? tape.reason)
  return tape.value
}

function runInfo(directory: string, flags: { readonly json?: boolean }): void {
  const tape = opened(directory)
  const { manifest } = tape
  const span = { from: isoOf(manifest.firstReceive), to: isoOf(manifest.lastReceive) }
  const instruments = tape.instruments.all.map(({ symbol, unified, venue, price, quantity, grids }) => ({
    symbol,
    unified,
    venue,
    price,
    quantity,
    grids,
  }))
  if (flags.json) {
    printJson({ ...manifest, ...span, torn: tape.torn, instruments })
    return
  }
  const size = (grid: { decimals: number; step: number }): string => formatScaled(BigInt(grid.step), grid.decimals)
  print(
    `${directory}${tape.torn > 0 ? `  (unfinished: ${tape.torn} bytes cut)` : ''}`,
    ...pairs([
      ['records', tape.recordCount],
      ...Object.entries(manifest.kinds).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
      ['time span', `${span.from} to ${span.to}`],
      ['segments', manifest.segments.length],
      ['content', manifest.contentHash],
      ['provenance', JSON.stringify(manifest.provenance)],
    ]),
    ...instruments.map(
      ({ unified, venue, price, quantity, grids }) =>
        `  ${unified} on ${venue}: tick ${size(price)}, lot ${size(quantity)} (${grids})`,
    ),
  )
}

interface DumpFlags {
  readonly kind?: string
  readonly instrument?: string
  readonly from: number
  readonly limit: number
  readonly json?: boolean
}

function runDump(directory: string, flags: DumpFlags): void {
  const kind = flags.kind === undefined ? 0 : KIND_NAMES.indexOf(flags.kind)
  if (kind < 0) throw new CommandError(EXIT.usage, `no kind ${flags.kind}; known are ${KIND_NAMES.slice(1).join(', ')}`)
  const tape = opened(directory)
  const instrument =
    flags.instrument === undefined
      ? undefined
      : tape.instruments.all.find(({ symbol, unified }) => symbol === flags.instrument || unified === flags.instrument)
  if (flags.instrument !== undefined && instrument === undefined)
    throw new CommandError(
      EXIT.notFound,
      `${flags.instrument} is not on the tape; it holds ${tape.instruments.all.map(({ symbol }) => symbol).join(', ')}`,
    )
  const replay = new Replay([{ source: tape }], tape.blockRecords)
  for (let rows = 0; rows < flags.limit && replay.at !== Number.POSITIVE_INFINITY; replay.advance()) {
    const { record, sequence } = replay
    if (sequence < flags.from || (kind > 0 && record.kind !== kind)) continue
    if (instrument !== undefined && record.instrument !== instrument.index) continue
    rows++
    const row = describe(record, sequence, tape.instruments.at(record.instrument))
    print(flags.json ? JSON.stringify(row) : Object.values(row).join('  '))
  }
  tape.close()
}

/** A record in words: instants in ISO with microseconds, prices and quantities as decimals. */
function describe(record: EventRecord, sequence: number, of: Instrument): Record<string, string | number> {
  const price = (ticks: number): string => formatOnGrid(ticks, of.price)
  const lots = (quantity: number): string => formatOnGrid(quantity, of.quantity)
  const names = Object.entries(Flag).filter(([, bit]) => (record.flags & bit) !== 0)
  const head = {
    sequence,
    received: isoOf(record.receiveTime),
    venueTime: record.venueTime > 0 ? isoOf(record.venueTime) : '-',
    kind: KIND_NAMES[record.kind]!,
    symbol: of.symbol,
  }
  const flags = { flags: names.map(([name]) => name).join('|') || '-' }
  switch (record.kind) {
    case Kind.level:
      return {
        ...head,
        side: record.isBid ? 'bid' : 'ask',
        price: price(record.lane0),
        quantity: lots(record.lane1),
        updateId: record.lane2,
        ...flags,
      }
    case Kind.trade:
      return {
        ...head,
        side: record.aggressorBuy ? 'buy' : 'sell',
        price: price(record.lane0),
        quantity: lots(record.lane1),
        id: record.lane2,
        ...flags,
      }
    case Kind.quote:
      return {
        ...head,
        bid: price(record.lane0),
        bidQuantity: lots(record.lane1),
        ask: price(record.lane2),
        askQuantity: lots(record.lane3),
        ...flags,
      }
    case Kind.bar:
      return {
        ...head,
        open: price(record.lane0),
        high: price(record.lane1),
        low: price(record.lane2),
        close: price(record.lane3),
        seconds: record.extra,
        ...flags,
      }
    case Kind.barVolume:
      return {
        ...head,
        volume: lots(record.lane0),
        trades: record.lane1,
        takerBuy: lots(record.lane2),
        quoteVolume: record.lane3,
        ...flags,
      }
    case Kind.status:
      return { ...head, status: STATUS_NAMES[record.lane0] ?? record.lane0, ...flags }
    default:
      return { ...head, lane0: record.lane0, lane1: record.lane1, lane2: record.lane2, lane3: record.lane3, ...flags }
  }
}
