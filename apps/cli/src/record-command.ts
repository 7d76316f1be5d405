import { join } from 'node:path'
import { importCaptures } from '@velocimex/backtester/import/import-captures'
import { SystemTimers } from '@velocimex/host/net/timers'
import type { DiskFault } from '@velocimex/trader/record/capture-files'
import { captureFolder, Recorder, RecorderFault } from '@velocimex/trader/record/recorder'
import { MARKET_CHANNELS, type MarketChannel } from '@velocimex/venues/market-wire'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'
import type { Command } from 'commander'
import { onEndRequest } from './end-request.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson, say } from './output.ts'
import { unknownName } from './unknown-name.ts'

interface Flags {
  readonly venue: string
  readonly symbols: string
  readonly out: string
  readonly channels: string
  readonly seconds?: string
  readonly rotate: string
  readonly sockets?: string
  readonly rest?: string
  readonly tape: boolean
  readonly json?: boolean
}

/** `velocimex record`. */
export function addRecordCommand(program: Command): void {
  program
    .command('record')
    .description('record the market data of a venue: raw captures and tapes, rotated')
    .requiredOption('--venue <id>', `which: ${[...WIRES.keys()].join(', ')}`)
    .requiredOption('--symbols <list>', "the venue's own symbols, separated by commas")
    .requiredOption('--out <dir>', 'folder; captures and tapes go into folders of it')
    .option('--channels <list>', `of ${MARKET_CHANNELS.join(', ')}`, 'book,trades,quotes')
    .option('--seconds <n>', 'end after so many seconds; without it, on Ctrl-C')
    .option('--rotate <seconds>', 'length of a file', '3600')
    .option('--sockets <url>', "another address than the venue's own: ws://127.0.0.1:9100")
    .option('--rest <url>', "another address than the venue's own: http://127.0.0.1:9100")
    .option('--no-tape', 'captures only')
    .option('--json', 'the summary as one JSON object')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const wire = WIRES.get(flags.venue)
  const venue = findVenue(flags.venue)?.members[0]
  if (wire === undefined || venue === undefined) throw unknownName('venue', flags.venue, [...WIRES.keys()])
  const channels = channelsIn(flags.channels)
  const symbols = flags.symbols
    .split(',')
    .map(symbol => symbol.trim())
    .filter(symbol => symbol !== '')
  if (symbols.length === 0) throw new CommandError(EXIT.usage, '--symbols names none: BTCUSDT,ETHUSDT for example')
  const seconds = flags.seconds === undefined ? undefined : positive(flags.seconds, '--seconds')
  const files: string[] = []
  let isFull: DiskFault | undefined
  let finish: () => void = () => {}
  const finished = new Promise<void>(done => (finish = done))
  const addresses = {
    ...(flags.sockets === undefined ? {} : { sockets: addressOf(flags.sockets, '--sockets', 'ws') }),
    ...(flags.rest === undefined ? {} : { rest: addressOf(flags.rest, '--rest', 'http') }),
  }
  const recorder = await Recorder.start({
    ...{ venue, wire, channels, ...addresses, timers: new SystemTimers(), seed: Date.now() % 2 ** 31 },
    symbols,
    directory: captureFolder(flags.out),
    rotateSeconds: positive(flags.rotate, '--rotate'),
    onAlert: ({ kind, words }) => say(`${kind}: ${words}`),
    onFile: path => {
      files.push(path)
      say(`finished ${path}`)
    },
    onDiskFault(fault) {
      isFull = fault
      finish()
    },
  }).catch((cause: unknown) => {
    if (!(cause instanceof RecorderFault)) throw cause
    throw new CommandError(cause.reason === 'unknown_symbol' ? EXIT.notFound : EXIT.failed, cause.message)
  })
  onEndRequest(finish)
  if (seconds !== undefined) setTimeout(finish, seconds * 1000)
  const status = setInterval(() => tell(recorder), 5_000)
  await finished
  clearInterval(status)
  if (isFull !== undefined) throw new CommandError(EXIT.failed, isFull.message)
  await recorder.stop()
  const tapes = flags.tape ? await makeTapes(flags, files) : []
  const feeds = recorder.connector.feeds.map(({ counts }) => counts)
  const gaps = feeds.reduce((sum, counts) => sum + counts.gaps, 0)
  const { lines, bytes } = recorder.files
  if (flags.json) printJson({ venue: venue.id, lines, bytes, records: recorder.records, gaps, files, tapes })
  else print(`${lines} lines, ${bytes} bytes, ${recorder.records} records, ${gaps} gaps`, ...files, ...tapes)
}

function tell({ files, records, connector }: Recorder): void {
  const gaps = connector.feeds.reduce((sum, { counts }) => sum + counts.gaps, 0)
  say(`${connector.isReady ? 'ready' : 'not ready'}  ${files.lines} lines  ${records} records  ${gaps} gaps`)
}

/** A tape for each capture; one that holds no market is told and left out. */
async function makeTapes({ venue, out }: Flags, captures: readonly string[]): Promise<string[]> {
  const tapes: string[] = []
  for (const capture of captures) {
    const name = capture.slice(capture.lastIndexOf('/') + 1).replace(/\.jsonl\.gz$/, '')
    const result = await importCaptures({ venue, captures: [capture], out: join(out, 'tapes', name), overwrite: true })
    if (result.ok) tapes.push(result.value.out)
    else say(`no tape of ${capture}: ${result.words ?? result.reason}`)
  }
  return tapes
}

function channelsIn(text: string): readonly MarketChannel[] {
  const names = text.split(',').map(name => name.trim())
  const unknown = names.filter(name => !(MARKET_CHANNELS as readonly string[]).includes(name))
  if (unknown.length > 0) throw unknownName('channel', unknown[0]!, MARKET_CHANNELS)
  return names as MarketChannel[]
}

function addressOf(text: string, flag: string, scheme: 'ws' | 'http'): string {
  if (!new RegExp(`^${scheme}s?://[^/]+$`).test(text) || !URL.canParse(text))
    throw new CommandError(EXIT.usage, `${flag} wants ${scheme}://host:port, not ${text}`)
  return text
}

function positive(text: string, flag: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new CommandError(EXIT.usage, `${flag} wants a positive number, not ${text}`)
  return value
}
