import { imbalance, mid, spread, weightedMid } from '@velocimex/core/book/book-metrics'
import { IMBALANCE_LEVELS } from '@velocimex/core/book/metrics-record'
import { formatOnGrid } from '@velocimex/core/market/grid'
import { CONNECTION_ACTIONS, type ConnectionAction } from '../market/connection-view.ts'
import type { NamedAccount } from './named-account.ts'
import { noAccount, notFound, notPossible, type Refusal } from './refusal.ts'

/** The connection that carries what happens to an account. */
const PRIVATE = 'private'

/** A command to connections as it is asked for. */
export interface FeedCommand {
  readonly account: string
  readonly action: ConnectionAction
  /** `ws1`, `ws2`, ... or `private`; all market connections when it is left out. */
  readonly connection?: string | undefined
}

const seconds = (micros: number): number | null => (Number.isFinite(micros) ? Math.round(micros / 1e5) / 10 : null)
const rounded = (value: number, digits: number): number | null =>
  Number.isFinite(value) ? Number(value.toFixed(digits)) : null

/** Connections of the accounts, and the books that they bring with what is derived from them. */
export function feedView(accounts: readonly NamedAccount[], now: number): object {
  return {
    connections: accounts.flatMap(({ name, account }) => [
      ...account.market.connections.map(({ isReady, silence, ...view }) => ({
        ...{ account: name, connection: view.name, ...view, name: undefined, ready: isReady },
        silentSeconds: seconds(silence),
      })),
      {
        account: name,
        connection: PRIVATE,
        ready: account.stream.isUp,
        state: account.stream.isUp ? 'live' : 'waiting',
      },
    ]),
    merged: accounts.flatMap(({ name, account }) => {
      const { merged } = account.market
      return merged === undefined ? [] : [{ account: name, ...mergedText(merged) }]
    }),
    books: accounts.flatMap(({ name, account }) =>
      account.instruments.all.map(instrument => {
        const book = account.feeds.book(instrument)
        const { price, symbol } = instrument
        return {
          ...{ account: name, symbol, live: account.market.isLive(instrument.index) },
          ...{ consumers: account.feeds.consumers(instrument) },
          silentSeconds: seconds(account.feeds.silence(instrument, now)),
          bid: book === undefined || book.isEmpty ? null : formatOnGrid(book.bestBid, price),
          ask: book === undefined || book.isEmpty ? null : formatOnGrid(book.bestAsk, price),
          spreadTicks: book === undefined ? null : rounded(spread(book), 0),
          midTicks: book === undefined ? null : rounded(mid(book), 1),
          micropriceTicks: book === undefined ? null : rounded(weightedMid(book), 3),
          imbalance: book === undefined ? null : rounded(imbalance(book, IMBALANCE_LEVELS), 3),
        }
      }),
    ),
  }
}

function mergedText(merged: {
  readonly passed: readonly number[]
  readonly dropped: readonly number[]
  readonly switches: number
  readonly renumbered: number
}): object {
  const [first, second] = merged.passed
  const dropped = merged.dropped.reduce((sum, each) => sum + each, 0)
  return { first, second, dropped, switches: merged.switches, renumbered: merged.renumbered }
}

/** Has connections do what a person asked for. @returns why that is not possible; undefined when it is done */
export function commandFeed(accounts: readonly NamedAccount[], command: FeedCommand): Refusal | undefined {
  const { account: name, action, connection } = command
  const account = accounts.find(each => each.name === name)?.account
  if (account === undefined) return noAccount(name, accounts)
  if (connection === PRIVATE) {
    if (action === 'rollover')
      return notPossible(`the private stream cannot be rolled over; ${CONNECTION_ACTIONS[0]} it`)
    if (action === 'reconnect') account.stream.reconnect()
    else account.desk.onLinkUp()
    account.care.hurry()
    return undefined
  }
  if (account.market.act(action, connection)) return undefined
  const known = [...account.market.connections.map(each => each.name), PRIVATE]
  return notFound('connection', connection ?? '', known, `on ${name}`)
}
