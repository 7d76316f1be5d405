import { createInterface } from 'node:readline'
import { readInstrumentFile } from '@velocimex/backtester/import/import-instruments'
import { normalizeLines } from '@velocimex/backtester/import/normalize'
import { findVenue, VENUES } from '@velocimex/venues/venues'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { say } from './output.ts'
import { unknownName } from './unknown-name.ts'

/** `velocimex normalize`. */
export function addNormalizeCommand(program: Command): void {
  program
    .command('normalize')
    .description('raw venue messages on stdin, one a line -> normalised events on stdout, one JSON a line')
    .requiredOption('--venue <id>', `venue whose messages these are: ${[...VENUES.keys()].join(', ')}`)
    .option('--instruments <file>', "the venue's instrument list; without it grids are learnt from the digits")
    .option('--symbol <symbol>', 'venue symbol of REST answers with a book, which do not name it')
    .option('--json', 'events are JSON in any case; with it refusals on stderr are JSON too')
    .action(run)
}

async function run(flags: {
  readonly venue: string
  readonly instruments?: string
  readonly symbol?: string
  readonly json?: boolean
}): Promise<void> {
  const venue = findVenue(flags.venue)
  if (venue === undefined) throw unknownName('venue', flags.venue, [...VENUES.keys()])
  const list = flags.instruments === undefined ? undefined : await readInstrumentFile(venue, flags.instruments)
  if (list !== undefined && !list.ok) {
    const code = list.reason === 'not_found' ? EXIT.notFound : EXIT.failed
    throw new CommandError(
      code,
      `${flags.instruments} ${code === EXIT.notFound ? 'does not exist' : `is not an instrument list of ${venue.id}`}`,
    )
  }
  let out = ''
  const flush = (): void => {
    if (out !== '') process.stdout.write(out)
    out = ''
  }
  const write = (json: string): void => {
    out += `${json}\n`
    if (out.length > 1 << 16) flush()
  }
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  const refuse = (refused: { readonly line: number; readonly reason: string; readonly text: string }): void =>
    say(flags.json ? JSON.stringify({ refused }) : `line ${refused.line} refused as ${refused.reason}: ${refused.text}`)
  const counts = await normalizeLines(venue.members[0], lines, write, refuse, list?.value.instruments, flags.symbol)
  flush()
  if (counts.refused > 0) throw new CommandError(EXIT.failed, `${counts.refused} of ${counts.lines} lines were refused`)
}
