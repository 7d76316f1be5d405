import { existsSync, readdirSync } from 'node:fs'
import { SyntheticMarket } from '@velocimex/core/exchange/synthetic-market'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { TapeManifest } from '@velocimex/host/tape/tape-manifest'
import { TapeWriter } from '@velocimex/host/tape/tape-writer'
import { flowFor } from '@velocimex/simulator/flow-parameters'
import { SIDES } from '@velocimex/venues/sides'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { pairs, print, printJson, progressLine } from './output.ts'

/** Seeds beyond it would not be whole numbers any more once the model has spread them over its instruments. */
const SEED_MAX = 1_000_000_000
const MINUTES_MAX = 1440
/** 2025-01-01 00:00 UTC: the hour of a made-up market means nothing. Microseconds. */
const START = 1_735_689_600_000_000
const SECOND = 1_000_000

interface MakeFlags {
  readonly venue: string
  readonly symbol: string
  readonly seed: string
  readonly minutes: string
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** `velocimex tape make`. */
export function addTapeMakeCommand(tape: Command): void {
  tape
    .command('make')
    .description('a tape of a market that is made up: equal seeds give equal tapes')
    .option('--venue <id>', 'venue whose instrument it is', 'binance-usdm')
    .option('--symbol <symbol>', "an instrument of the venue's", 'BTCUSDT')
    .option('--seed <number>', 'seed of the market', '7')
    .option('--minutes <number>', 'how long it lasts', '10')
    .requiredOption('--out <dir>', 'folder of the tape')
    .option('--json', 'print its manifest as JSON')
    .option('--quiet', 'no progress')
    .action(make)
}

function make(flags: MakeFlags): void {
  const seed = wholeNumber('--seed', flags.seed, 0, SEED_MAX)
  const minutes = wholeNumber('--minutes', flags.minutes, 1, MINUTES_MAX)
  const side = SIDES.get(flags.venue)
  if (side === undefined)
    throw new CommandError(EXIT.usage, `no venue ${flags.venue}; known are ${[...SIDES.keys()].join(', ')}`)
  const listed = side.instruments.find(({ symbol }) => symbol === flags.symbol)
  if (listed === undefined) {
    const known = side.instruments.map(({ symbol }) => symbol).join(', ')
    throw new CommandError(EXIT.notFound, `${flags.venue} has no ${flags.symbol} here; it has ${known}`)
  }
  if (existsSync(flags.out) && readdirSync(flags.out).length > 0)
    throw new CommandError(EXIT.failed, `${flags.out} is there already; give another folder`)
  const instrument = { ...listed, index: 0 }
  const provenance = { madeUp: { venue: flags.venue, symbol: flags.symbol, seed, minutes } }
  const writer = new TapeWriter(flags.out, { instruments: new InstrumentTable([instrument]), provenance })
  const market = new SyntheticMarket(seed, START, [flowFor(instrument)], writer)
  const show = progressLine('events', flags.quiet === true)
  for (let second = 1; second <= minutes * 60; second++) {
    market.runUntil(START + second * SECOND)
    show('making', second / (minutes * 60), market.events)
  }
  const manifest = writer.close()
  if (flags.json) printJson({ out: flags.out, ...manifest })
  else print(...manifestLines(flags, manifest))
}

function manifestLines(flags: MakeFlags, manifest: TapeManifest): string[] {
  return [
    `Made ${flags.out}: ${flags.symbol} as on ${flags.venue}, seed ${flags.seed}, ${flags.minutes} minutes`,
    ...pairs([
      ['records', manifest.records],
      ...Object.entries(manifest.kinds).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
      ['content', manifest.contentHash],
    ]),
    `Next: velocimex tape info ${flags.out}`,
  ]
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least || value > most || text.trim() === '')
    throw new CommandError(EXIT.usage, `${option} ${text} is not a whole number from ${least} to ${most}`)
  return value
}
