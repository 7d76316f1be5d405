import { join } from 'node:path'
import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { likely } from '@velocimex/host/config/nearest'
import { Repeats } from '@velocimex/host/net/repeats'
import { RestClient } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import type { MarketVenue } from '@velocimex/venues/market-venue'
import type { MarketChannel, MarketWire } from '@velocimex/venues/market-wire'
import type { ConnectorAlert, RawListener } from '../market/connector-options.ts'
import { MarketConnector } from '../market/market-connector.ts'
import { CaptureFiles, type DiskFault } from './capture-files.ts'

const FLUSH_MS = 1_000
/** Symbols that a message names. */
const LISTED_MAX = 8
const LIST_DEADLINE_MS = 20_000

/** What to record. */
export interface RecorderOptions {
  readonly venue: MarketVenue
  readonly wire: MarketWire
  /** The venue's own symbols. */
  readonly symbols: readonly string[]
  readonly channels: readonly MarketChannel[]
  readonly directory: string
  readonly sockets?: string
  readonly rest?: string
  /** Seconds after which a file is finished and the next begun; each begins with whole books. */
  readonly rotateSeconds: number
  readonly timers: Timers
  readonly seed: number
  readonly onAlert: (alert: ConnectorAlert) => void
  /** A packed capture. */
  readonly onFile: (path: string) => void
  /** The disk takes no more: the recording has ended. */
  readonly onDiskFault: (fault: DiskFault) => void
}

/** Why a recording did not begin. */
export class RecorderFault extends Error {
  readonly reason: 'unreachable' | 'unknown_symbol'
  constructor(reason: 'unreachable' | 'unknown_symbol', words: string) {
    super(words)
    this.reason = reason
  }
}

/**
 * Records the market data of a venue as it comes: raw captures, rotated; the connector beside it says at once whether what
 * comes is whole. Each file begins with the instrument list being known and the books asked for anew, so it can be read alone.
 */
export class Recorder {
  readonly connector: MarketConnector
  readonly files: CaptureFiles
  /** Records that the feed made of what came: the proof that it is understood. */
  records = 0
  readonly #options: RecorderOptions
  readonly #rest: RestClient
  #isOver = false
  readonly #repeats: Repeats
  readonly #packing = new Set<Promise<void>>()

  private constructor(options: RecorderOptions, rest: RestClient, instruments: readonly Instrument[]) {
    this.#options = options
    this.#rest = rest
    this.#repeats = new Repeats(options.timers)
    const { venue, wire, channels, sockets, timers, onAlert } = options
    this.files = new CaptureFiles(options.directory)
    const table = new InstrumentTable(instruments.map((instrument, index) => ({ ...instrument, index })))
    const address = sockets === undefined ? {} : { sockets }
    this.connector = new MarketConnector({
      ...{ venue, wire, instruments: table, followed: table.all, channels, rest, timers, onAlert, ...address },
      restOrigin: options.rest ?? wire.rest,
      random: new Random(options.seed),
      sink: { append: (_records, from, to) => (this.records += to - from) },
      raw: this.#rawListener(),
    })
  }

  /**
   * Reads the venue's list, finishes what an earlier recorder left, and begins.
   * @throws RecorderFault when the venue cannot be reached or a symbol is not listed
   */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const { venue, wire, symbols, timers } = options
    const rest = new RestClient({ origin: options.rest ?? wire.rest, bytesMax: 64 << 20 }, timers)
    const listed = await listOf(venue, wire, rest)
    const wanted = symbols.map(symbol => listed.find(instrument => instrument.symbol === symbol))
    const unknown = symbols.filter((_, at) => wanted[at] === undefined)
    if (unknown.length > 0) {
      await rest.stop()
      const names = listed.map(({ symbol }) => symbol)
      throw new RecorderFault('unknown_symbol', unlisted(venue.id, unknown, names))
    }
    const recorder = new Recorder(options, rest, wanted as Instrument[])
    for (const name of recorder.files.leftovers()) {
      const path = await recorder.files.pack(name)
      if (path !== undefined) options.onFile(path)
    }
    recorder.#begin()
    recorder.connector.start()
    recorder.#repeats.every(FLUSH_MS, () => recorder.#guarded(() => recorder.files.flush()))
    recorder.#repeats.every(options.rotateSeconds * 1000, () => recorder.#guarded(() => recorder.#rotate()))
    return recorder
  }

  /** Ends the recording; the last file is packed. */
  async stop(): Promise<void> {
    this.#end()
    this.#pack(this.files.close())
    await Promise.all(this.#packing)
    await this.#rest.stop()
  }

  #end(): void {
    this.#isOver = true
    this.#repeats.stop()
    this.connector.stop()
  }

  #begin(): void {
    const { venue, timers } = this.#options
    const base = `${venue.id}-${new Date(timers.now() / 1000).toISOString().slice(0, 19).replaceAll(':', '')}`
    let name = base
    for (let more = 2; this.files.has(name); more++) name = `${base}-${more}`
    this.files.open(name)
  }

  #rotate(): void {
    this.#pack(this.files.close())
    this.#begin()
    this.connector.resync()
  }

  #pack(name: string): void {
    const packed = this.files.pack(name).then(
      path => {
        if (path !== undefined) this.#options.onFile(path)
      },
      fault => this.#fail(fault),
    )
    this.#packing.add(packed)
    void packed.then(() => this.#packing.delete(packed))
  }

  #rawListener(): RawListener {
    const write = (at: Micros, fields: Readonly<Record<string, string>>): void => {
      if (!this.#isOver) this.#guarded(() => this.files.line(at, fields))
    }
    return {
      onFrame: (conn, bytes, from, to, at) =>
        write(at, { dir: 'recv', conn, raw: Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString() }),
      onOpen: (conn, url, at) => write(at, { dir: 'open', conn, url, raw: '' }),
      onAnswer: (conn, url, body, at) => write(at, { dir: 'http', conn, url, raw: body.toString() }),
    }
  }

  /** What the disk refuses ends the recording, once and with its reason. */
  #guarded(act: () => void): void {
    if (this.#isOver) return
    try {
      act()
    } catch (cause) {
      this.#fail(cause as DiskFault)
    }
  }

  #fail(fault: DiskFault): void {
    if (!this.#isOver) this.#end()
    this.#options.onDiskFault(fault)
  }
}

/** The instruments that a venue lists, from all of its lists. */
export async function listOf(venue: MarketVenue, wire: MarketWire, rest: RestClient): Promise<readonly Instrument[]> {
  const instruments: Instrument[] = []
  for (const path of wire.instrumentPaths) {
    const outcome = await rest.request({ method: 'GET', path, deadlineMs: LIST_DEADLINE_MS })
    const words = outcome.kind === 'answered' ? `HTTP ${outcome.status}` : outcome.words
    if (outcome.kind !== 'answered' || outcome.status !== 200)
      throw new RecorderFault('unreachable', `${venue.id} ${path}: ${words}`)
    const parsed = venue.parseInstruments(outcome.body.toString())
    if (parsed.ok) instruments.push(...parsed.value.instruments)
  }
  return instruments
}

/** Which symbols a venue does not list, each with those that may have been meant. */
export function unlisted(venue: string, unknown: readonly string[], names: readonly string[]): string {
  const offers = unknown.map(symbol => {
    const meant = likely(symbol, names)
    return meant.length === 0 ? symbol : `${symbol} (did you mean ${meant.join(', ')}?)`
  })
  const some =
    names.length <= LISTED_MAX ? names.join(', ') : `${names.length}, such as ${names.slice(0, LISTED_MAX).join(', ')}`
  return `${venue} does not list ${offers.join(', ')}; it lists ${some}`
}

/** Where the captures of a folder lie, for messages. */
export const captureFolder = (directory: string): string => join(directory, 'captures')
