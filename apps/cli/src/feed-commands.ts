import type { Command } from 'commander'
import { print, printJson, table } from './output.ts'
import { askTrader } from './trader-client.ts'

interface FeedFlags {
  readonly dir: string
  readonly json?: boolean
}
type Rows = readonly Readonly<Record<string, unknown>>[]
interface Feeds {
  readonly connections: Rows
  readonly merged: Rows
  readonly books: Rows
}

const CONNECTION = [
  ...['account', 'connection', 'state', 'socket', 'ready', 'instruments', 'books'],
  ...['silentSeconds', 'frames', 'gaps', 'resyncs', 'refused'],
]
const MERGED = ['account', 'first', 'second', 'dropped', 'switches', 'renumbered']
const BOOK = [
  ...['account', 'symbol', 'live', 'bid', 'ask'],
  ...['spreadTicks', 'midTicks', 'micropriceTicks', 'imbalance', 'silentSeconds', 'consumers'],
]
const COMMANDS = [
  ['reconnect', 'drop the socket and open another'],
  ['resync', 'ask for whole books anew; for the private stream, ask the venue about everything'],
  ['rollover', 'replace the socket by another that is live first'],
] as const

/** `velocimex feed list | reconnect | resync | rollover`. @param shared adds the options by which a trader is found */
export function addFeedCommands(program: Command, shared: (command: Command) => Command): void {
  const feed = program.command('feed').description('connections of the running trader, and the books they bring')
  shared(
    feed.command('list').description('connections, merged lines, and books with spread, mid, microprice and imbalance'),
  ).action(async (flags: FeedFlags) => show(flags, await askTrader(flags.dir, 'GET', '/feeds')))
  for (const [action, words] of COMMANDS)
    shared(
      feed
        .command(action)
        .description(words)
        .argument('<account>')
        .argument('[connection]', 'ws1, ws2, ... or private; without it all market connections'),
    ).action(async (account: string, connection: string | undefined, flags: FeedFlags) =>
      show(flags, await askTrader(flags.dir, 'POST', '/feeds', { account, action, connection })),
    )
}

function show(flags: FeedFlags, value: Feeds): void {
  if (flags.json) {
    printJson(value)
    return
  }
  print(...table(value.connections, CONNECTION), '')
  if (value.merged.length > 0) print(...table(value.merged, MERGED), '')
  print(...table(value.books, BOOK))
}
