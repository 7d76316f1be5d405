import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { CaptureError, captureSize, readCapture } from '@velocimex/host/capture/capture-reader'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { ownershipOf } from '@velocimex/host/files/owned-folder'
import type { TapeManifest } from '@velocimex/host/tape/tape-manifest'
import { TapeWriter } from '@velocimex/host/tape/tape-writer'
import type { GridInference, MarketVenue, SkippedInstrument, VenueGroup } from '@velocimex/venues/market-venue'
import { findVenue, VENUES } from '@velocimex/venues/venues'
import type { BookView } from './book-check.ts'
import { CaptureSession, framesByKind, refusalsByReason } from './capture-session.ts'
import { chooseInstruments, type ImportInstruments, readInstrumentFile } from './import-instruments.ts'
import type { ImportReport } from './import-report.ts'
import { isoOf } from './iso-of.ts'

/** What to import. */
export interface ImportOptions {
  readonly venue: string
  /** Capture files in the order of time; they carry on one set of books. */
  readonly captures: readonly string[]
  /** Folder of the tape. */
  readonly out: string
  /** The venue's instrument list; without it grids are inferred from the digits. */
  readonly instruments?: string
  /** Replace a tape that is already there. */
  readonly overwrite?: boolean
  readonly progress?: (progress: ImportProgress) => void
}

/** How far an import is. */
export interface ImportProgress {
  readonly step: 'learning grids' | 'decoding'
  /** 0..1 by compressed bytes. */
  readonly done: number
  readonly messages: number
}

/** Why nothing was imported. */
export type ImportRefusal = 'unknown_venue' | 'not_found' | 'damaged' | 'exists' | 'instruments'

/**
 * Decodes captures into a tape. The tape appears whole or not at all: it is written beside its place and moved there at
 * the end.
 */
export async function importCaptures(
  options: ImportOptions,
): Promise<Result<ImportReport, ImportRefusal> & { readonly words?: string }> {
  const group = findVenue(options.venue)
  if (group === undefined)
    return {
      ...refuse('unknown_venue'),
      words: `venue ${options.venue} is not known; known are ${[...VENUES.keys()].join(', ')}`,
    }
  const out = resolve(options.out)
  const standing = ownershipOf(out, isTapeFile)
  if (standing === 'other' || (standing === 'own' && options.overwrite !== true))
    return {
      ...refuse('exists'),
      words: `${options.out} is there already; give --overwrite to replace a tape, or another folder`,
    }
  const partial = resolve(dirname(out), `.${basename(out)}.partial-${process.pid}`)
  try {
    const instruments = await findInstruments(group, options)
    if (!instruments.ok) return instruments
    makeFolder(dirname(out))
    const report = await decodeInto(partial, group, options, instruments.value)
    if (report.records === 0) {
      const { recv, http, damaged } = report.lines
      const changes = report.messages['depth'] ?? 0
      const words = `nothing in ${options.captures.join(', ')} could be read as ${group.id}: ${recv + http} messages, ${report.refusedTotal} refused, ${damaged} damaged lines${changes === 0 ? '' : '; no snapshot connects to the changes of a book'}`
      return { ...refuse('damaged'), words }
    }
    await rm(out, { recursive: true, force: true })
    await rename(partial, out)
    return ok(report)
  } catch (cause) {
    if (cause instanceof CaptureError) return { ...refuse(cause.reason), words: cause.message }
    throw cause
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** Files of a tape: a folder that holds nothing else may be replaced, when asked. */
const isTapeFile = (name: string): boolean => name === 'tape.json' || /^\d{6,}\.tape$/.test(name)

type Chosen = ImportInstruments & { readonly skipped: readonly SkippedInstrument[] }

/** First reading of the captures: which symbols occur, with how many digits. */
async function findInstruments(
  group: VenueGroup,
  options: ImportOptions,
): Promise<Result<Chosen, ImportRefusal> & { readonly words?: string }> {
  const given = options.instruments === undefined ? undefined : await readInstrumentFile(group, options.instruments)
  if (given !== undefined && !given.ok) {
    const reason = given.reason === 'not_found' ? 'not_found' : 'instruments'
    const words = given.reason === 'not_found' ? 'does not exist' : `is not an instrument list of ${group.id}`
    return { ...refuse(reason), words: `${options.instruments} ${words}` }
  }
  const members = new Map<string, MarketVenue>()
  const grids = new Map<MarketVenue, GridInference>(group.members.map(venue => [venue, venue.inferGrids()]))
  await eachLine(options, 'learning grids', line => {
    if (line.dir === 'open') members.set(line.conn, group.memberAt(line.url))
    else if (line.dir === 'recv') grids.get(members.get(line.conn) ?? group.members[0])!.learn(line.raw)
    else if (line.dir === 'http') {
      const venue = group.memberAt(line.url)
      const symbol = venue.snapshotSymbol(line.url)
      if (symbol !== undefined) grids.get(venue)!.learn(line.raw, symbol)
    }
  })
  const learnt = [...grids.values()].flatMap(each => each.instruments())
  const chosen = chooseInstruments(learnt, given?.value.instruments)
  return ok({ ...chosen, skipped: given?.value.skipped ?? [] })
}

type EachLine = (line: Parameters<Parameters<typeof readCapture>[1]['line']>[0], number: number, file: string) => void

type EachDamage = (words: string, number: number, file: string) => void

/** Reads all captures in order. */
async function eachLine(
  options: ImportOptions,
  step: ImportProgress['step'],
  take: EachLine,
  damaged: EachDamage = () => {},
): Promise<void> {
  const sizes = await Promise.all(options.captures.map(captureSize))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let before = 0
  let messages = 0
  for (const [at, path] of options.captures.entries()) {
    await readCapture(path, {
      line(line, number) {
        messages++
        take(line, number, path)
      },
      damaged: (number, words) => damaged(words, number, path),
      progress: bytes => options.progress?.({ step, done: total === 0 ? 1 : (before + bytes) / total, messages }),
    })
    before += sizes[at]!
  }
}

async function decodeInto(
  directory: string,
  group: VenueGroup,
  options: ImportOptions,
  chosen: Chosen,
): Promise<ImportReport> {
  const provenance = {
    venue: group.id,
    captures: await Promise.all(
      options.captures.map(async path => ({ file: basename(path), sha256: await sha256(path) })),
    ),
    instrumentList: options.instruments === undefined ? null : basename(options.instruments),
    inferred: chosen.inferred,
  }
  const tape = new TapeWriter(directory, { instruments: chosen.table, provenance })
  try {
    const session = new CaptureSession(group, chosen.table, tape)
    const start = performance.now()
    await eachLine(
      options,
      'decoding',
      (line, number, file) => session.take(line, number, file),
      (words, number, file) => session.damaged(words, number, file),
    )
    const seconds = (performance.now() - start) / 1000
    return makeReport(options, chosen, session, tape.close(), seconds)
  } finally {
    tape.abandon()
  }
}

function makeReport(
  options: ImportOptions,
  chosen: Chosen,
  session: CaptureSession,
  manifest: TapeManifest,
  seconds: number,
): ImportReport {
  const checks = session.connections.flatMap(({ checks }) => checks.filter(check => check !== undefined))
  const refused = refusalsByReason(session)
  const messages = session.lines.recv + session.lines.http
  return {
    venue: options.venue,
    captures: options.captures,
    out: options.out,
    messages: framesByKind(session),
    lines: session.lines,
    refused,
    refusedTotal: Object.values(refused).reduce((sum, count) => sum + count, 0),
    samples: session.samples,
    gaps: session.sum(feed => feed.counts.gaps),
    lostFrames: session.sum(feed => feed.counts.lostFrames),
    checksums: {
      agreed: session.sum(feed => feed.counts.checksums - feed.counts.checksumsFailed),
      differed: session.sum(feed => feed.counts.checksumsFailed),
    },
    resyncs: session.sum(feed => feed.counts.resyncs),
    snapshotsBridged: session.sum(feed => feed.counts.snapshots),
    snapshotsTooOld: session.sum(feed => feed.counts.snapshotsTooOld),
    outOfOrder: session.outOfOrder,
    handovers: session.handovers,
    tradesAgain: session.tradesAgain,
    snapshotsUnused: session.snapshotsUnused,
    duplicates: session.sum(feed => feed.counts.ignored),
    crossedBooks: checks.reduce((sum, check) => sum + check.crossed, 0),
    quotes: {
      agreed: checks.reduce((sum, check) => sum + check.agreed, 0),
      differed: checks.reduce((sum, check) => sum + check.differed, 0),
    },
    records: manifest.records,
    kinds: manifest.kinds,
    from: isoOf(manifest.firstReceive),
    to: isoOf(manifest.lastReceive),
    seconds: (manifest.lastReceive - manifest.firstReceive) / 1e6,
    messagesPerSecond: Math.round(messages / seconds),
    instruments: chosen.table.all.map(({ venue, symbol, unified, grids, index }) => ({
      venue,
      symbol,
      unified,
      grids,
      synced: session.ownerOf(index)?.feed.isLive(index) ?? false,
    })),
    inferred: chosen.inferred,
    skippedInstruments: chosen.skipped,
    contentHash: manifest.contentHash,
    books: booksOf(session, chosen),
  }
}

function booksOf(session: CaptureSession, chosen: Chosen): Record<string, BookView> {
  const books: Record<string, BookView> = {}
  const occurs = (symbol: string): number => chosen.table.all.filter(each => each.symbol === symbol).length
  for (const connection of session.connections)
    for (const [index, check] of connection.checks.entries()) {
      if (check === undefined || !connection.feed.isFollowed(index)) continue
      const { symbol } = chosen.table.at(index)
      const owner = session.ownerOf(index)
      const isOnly = (owner === connection || owner === undefined) && occurs(symbol) === 1
      books[isOnly ? symbol : `${connection.name} ${symbol}`] = check.view()
    }
  return books
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
