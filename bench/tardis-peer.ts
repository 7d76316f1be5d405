import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installPeers } from './peers.ts'

/** What tardis-dev calls a mapper: from a venue's message to events, for one kind of event. */
export interface TardisMapper {
  canHandle(message: unknown): boolean
  map(message: unknown, localTimestamp: Date): Iterable<unknown> | undefined
}

/** Makes a mapper for an exchange. */
export type TardisNormalizer = (exchange: string, localTimestamp: Date) => TardisMapper

/** The part of tardis-dev that we compare with. */
export interface Tardis {
  readonly normalizeTrades: TardisNormalizer
  readonly normalizeBookChanges: TardisNormalizer
  readonly normalizeBookTickers: TardisNormalizer
  readonly normalizeDerivativeTickers: TardisNormalizer
  /** Events of a venue's own sockets; `WSS_URL_<EXCHANGE>` in the environment leads it elsewhere. */
  readonly streamNormalized: (
    options: { exchange: string; symbols: readonly string[]; onError?: (cause: Error) => void },
    ...normalizers: readonly TardisNormalizer[]
  ) => AsyncIterableIterator<unknown>
  readonly OrderBook: new () => { update(change: unknown): void; bestBid(): { price: number } | undefined }
}

interface Received {
  readonly localTimestamp: Date
  readonly message: unknown
}
type NormalizeMessages = (
  exchange: string,
  symbols: undefined,
  messages: AsyncIterable<Received>,
  mappers: readonly TardisMapper[],
  createMappers: undefined,
  withDisconnectMessages: undefined,
  filter: (symbol: string) => boolean,
  currentTimestamp: Date,
) => AsyncIterable<unknown>

/** The library, and its inner step from messages to events. */
export interface TardisPeer {
  readonly tardis: Tardis
  /**
   * Events of bytes, the way the library hands them to whoever calls it: the generators of `streamNormalized` without
   * its socket. They are its own `normalizeMessages` between one that parses and dates each message, as its `stream`
   * does, and one that hands on, as `streamNormalized` does; its `replayNormalized` is made of as many.
   */
  readonly asCalled: (exchange: string, mapper: TardisMapper, frames: Iterable<Buffer>) => AsyncIterable<unknown>
}

/** Loads tardis-dev, installing it when it is not there. */
export async function loadTardis(): Promise<TardisPeer> {
  const require = createRequire(join(await installPeers(), 'package.json'))
  const entry = require.resolve('tardis-dev')
  const tardis = (await import(pathToFileURL(entry).href)) as unknown as Tardis
  const { normalizeMessages } = require(join(dirname(entry), 'handy.js')) as { normalizeMessages: NormalizeMessages }
  const isWanted = (): boolean => true
  return {
    tardis,
    asCalled: (exchange, mapper, frames) =>
      handOn(
        normalizeMessages(exchange, undefined, received(frames), [mapper], undefined, undefined, isWanted, new Date()),
      ),
  }
}

async function* received(frames: Iterable<Buffer>): AsyncIterable<Received> {
  for (const bytes of frames) yield { localTimestamp: new Date(), message: JSON.parse(bytes as unknown as string) }
}

async function* handOn(events: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const event of events) yield event
}
