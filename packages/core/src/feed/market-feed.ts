import { ClearReason, Kind, MarketStatus } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'
import { type FeedCounts, noCounts } from './feed-counts.ts'
import { FeedSession, Step } from './feed-session.ts'
import { FrameKind, type MarketCodec } from './market-codec.ts'
import { type PendingFrame, PendingFrames } from './pending-frames.ts'
import type { SequencingRule } from './sequencing.ts'

/** Bounds of a feed's memory. */
const PENDING_FRAMES = 10_000
const PENDING_RECORDS = 1_000_000

/**
 * Binds a codec, one session per instrument and a sink: frames in, sequenced records out. What it publishes is either
 * the venue's book or says that it is not: on a gap the sink sees the book cleared and the status `desynced`, and then
 * nothing of that book until a snapshot has bridged. Trades, quotes, bars and marks pass through.
 */
export class MarketFeed {
  readonly counts: FeedCounts
  readonly #codec: MarketCodec
  readonly #sink: RecordSink
  readonly #sessions: readonly FeedSession[]
  readonly #pending: readonly PendingFrames[]
  readonly #wanted: Uint8Array
  readonly #everLive: Uint8Array
  readonly #followed: Uint8Array
  readonly #control = new Records(2)
  readonly #record: EventRecord
  readonly #source: number
  #sequence = -1

  /** @param instruments how many the table holds @param source connection number for the records made here */
  constructor(codec: MarketCodec, rule: SequencingRule, sink: RecordSink, instruments: number, source: number) {
    this.#codec = codec
    this.#sink = sink
    this.#source = source
    this.#record = new EventRecord(this.#control)
    this.#sessions = Array.from({ length: instruments }, () => new FeedSession(rule))
    this.#pending = Array.from({ length: instruments }, () => new PendingFrames(PENDING_FRAMES, PENDING_RECORDS))
    this.#wanted = new Uint8Array(instruments)
    this.#everLive = new Uint8Array(instruments)
    this.#followed = new Uint8Array(instruments)
    this.counts = noCounts()
  }

  /** Whether a snapshot of an instrument is wanted: changes wait for it. */
  wantsSnapshot(instrument: number): boolean {
    return this.#wanted[instrument] === 1
  }

  /** Whether changes wait for a snapshot: one that is asked for behind them misses none. */
  hasPending(instrument: number): boolean {
    return this.#pending[instrument]!.frames.length > 0
  }

  /** Whether the book of an instrument equals the venue's. */
  isLive(instrument: number): boolean {
    return this.#sessions[instrument]!.isLive
  }

  /** Whether changes of a whole book have been seen for an instrument. */
  isFollowed(instrument: number): boolean {
    return this.#followed[instrument] === 1
  }

  /** Takes the socket frame at [from, to) of the codec's buffer. Returns what it was: a frame kind or a refusal. */
  frame(from: number, to: number, at: number, nanos: number): number {
    const kind = this.#codec.decode(from, to, at, nanos)
    if (kind < 0) {
      this.counts.refusals[-kind]!++
      return kind
    }
    const { sequence } = this.#codec
    if (sequence !== undefined && sequence >= 0 && !this.#isNextFrame(sequence, at)) return kind
    this.#take(kind, at)
    if (this.#codec.next !== undefined)
      for (let part = this.#codec.next(); part !== FrameKind.control; part = this.#codec.next()) this.#take(part, at)
    return kind
  }

  #take(kind: number, at: number): void {
    this.counts.frames[kind]!++
    if (kind === FrameKind.depth) this.#change(at)
    else if (kind === FrameKind.snapshot) this.#wholeBook(at)
    else if (kind === FrameKind.partialDepth) this.#partial(at)
    else if (kind !== FrameKind.control) this.#publish(this.#codec.batch, this.#codec.batch.count)
  }

  /** Follows the connection's own count. False for a frame that came before; a hole puts every book of it in doubt. */
  #isNextFrame(sequence: number, at: number): boolean {
    const expected = this.#sequence + 1
    const isAnew = sequence === 0 && expected > 1 // A new connection that nobody told of.
    if (sequence < expected && expected > 0 && !isAnew) {
      this.counts.ignored++
      return false
    }
    if (expected > 0 && sequence !== expected) {
      this.counts.gaps++
      this.counts.lostFrames += Math.max(0, sequence - expected)
      for (const [instrument, session] of this.#sessions.entries())
        if (session.isLive) this.#lose(instrument, ClearReason.gap, at)
    }
    this.#sequence = sequence
    return true
  }

  /** Takes a REST snapshot of an instrument that lies in the codec's buffer. */
  snapshot(from: number, to: number, instrument: number, at: number, nanos: number): number {
    const kind = this.#codec.decodeSnapshot(from, to, instrument, at, nanos)
    if (kind < 0) {
      this.counts.refusals[-kind]!++
      return kind
    }
    this.#take(kind, at)
    return kind
  }

  /** The connection is gone: no book can be trusted until each has a new snapshot. */
  disconnected(at: number): void {
    this.#sequence = -1
    this.#codec.reset?.()
    for (const instrument of this.#sessions.keys()) this.resync(instrument, at)
  }

  /** The book of an instrument is given up; one that was live is wanted anew. */
  resync(instrument: number, at: number): void {
    this.#pending[instrument]!.clear()
    if (this.#sessions[instrument]!.isLive) this.#lose(instrument, ClearReason.disconnected, at)
  }

  /** An instrument is no longer followed: its book is given up, and none is wanted. */
  forget(instrument: number, at: number): void {
    this.resync(instrument, at)
    this.#wanted[instrument] = 0
    this.#followed[instrument] = 0
  }

  /** Time has passed: books that were silent for too long are given up and wanted anew. */
  tick(now: number): void {
    for (const [instrument, session] of this.#sessions.entries()) {
      if (!session.isStale(now)) continue
      this.counts.stale++
      this.#lose(instrument, ClearReason.stale, now)
    }
  }

  #change(at: number): void {
    const { instrument, batch, ids } = this.#codec
    const session = this.#sessions[instrument]!
    this.#followed[instrument] = 1
    switch (session.change(ids, at)) {
      case Step.apply:
        if (this.#isTrue(false)) this.#publish(batch, batch.count)
        else this.#lose(instrument, ClearReason.damaged, at)
        return
      case Step.ignore:
        this.counts.ignored++
        return
      case Step.resync:
        this.counts.gaps++
        this.#lose(instrument, ClearReason.gap, at)
    }
    if (!session.isStreamed) this.#pending[instrument]!.keep(batch, ids)
    this.#wanted[instrument] = 1
  }

  /** Whether the book behind the frame just decoded is the venue's, as far as the venue lets it be known. */
  #isTrue(isSnapshot: boolean): boolean {
    const { audit, instrument, batch, checksum = Number.NaN } = this.#codec
    if (audit === undefined) return true
    const isTrue = audit.apply(instrument, batch, isSnapshot, checksum)
    if (!Number.isNaN(checksum)) this.counts.checksums++
    if (!isTrue) this.counts.checksumsFailed++
    return isTrue
  }

  #wholeBook(at: number): void {
    const { instrument, batch, ids } = this.#codec
    const session = this.#sessions[instrument]!
    // An answer that is older than the live book tells nothing new; what the stream sends of itself is always newer.
    if (session.isLive && !session.isStreamed && ids.last <= session.bookId) {
      this.counts.ignored++
      return
    }
    if (!this.#isTrue(true)) {
      this.#lose(instrument, ClearReason.damaged, at)
      return
    }
    const pending = this.#pending[instrument]!
    session.snapshot(ids.last, at)
    const connecting = this.#bridge(session, pending, at)
    if (connecting === undefined) {
      this.counts.snapshotsTooOld++
      this.#wanted[instrument] = 1
      return
    }
    this.#wanted[instrument] = 0
    this.counts.snapshots++
    if (this.#everLive[instrument] === 1) this.counts.resyncs++
    this.#everLive[instrument] = 1
    this.#followed[instrument] = 1
    this.#clear(instrument, ClearReason.snapshot, Flag.snapshot, at)
    this.#publish(batch, batch.count)
    for (const { records } of connecting) this.#publish(records, records.capacity)
    pending.clear()
  }

  /**
   * Walks the pending frames behind a new snapshot: what it already holds and what came twice is dropped, the rest must
   * connect without a hole.
   * @returns the frames to apply; undefined when there is a hole: the snapshot is older than the frames, and the session
   * waits for another
   */
  #bridge(session: FeedSession, pending: PendingFrames, at: number): PendingFrame[] | undefined {
    const connecting: PendingFrame[] = []
    for (const frame of pending.frames) {
      const step = session.change(frame, at)
      if (step === Step.resync) {
        session.lost()
        return undefined
      }
      if (step === Step.apply) connecting.push(frame)
    }
    this.counts.ignored += pending.frames.length - connecting.length
    return connecting
  }

  #partial(at: number): void {
    const { instrument, batch } = this.#codec
    if (this.#followed[instrument] === 1) {
      this.counts.superseded++
      return
    }
    this.#clear(instrument, ClearReason.snapshot, Flag.snapshot, at)
    this.#publish(batch, batch.count)
  }

  /** The book of an instrument is no longer the venue's: everybody behind the sink learns it before anything else. */
  #lose(instrument: number, reason: number, at: number): void {
    this.#sessions[instrument]!.lost()
    this.#codec.audit?.forget(instrument)
    this.#wanted[instrument] = 1
    this.#clear(instrument, reason, Flag.synthetic, at)
    this.#record
      .at(0)
      .write(Kind.status, Flag.synthetic | Flag.last, this.#source, instrument, 0, at)
      .lanes(MarketStatus.desynced, 0, 0, 0)
    this.#publish(this.#control, 1)
  }

  #clear(instrument: number, reason: number, flags: number, at: number): void {
    const { ids } = this.#codec
    const empty = reason !== ClearReason.snapshot || this.#codec.batch.count === 0
    this.#record
      .at(0)
      .write(Kind.clear, flags | (empty ? Flag.last : 0), this.#source, instrument, 0, at)
      .lanes(Math.max(0, ids.last), reason, 0, 0)
    this.#publish(this.#control, 1)
  }

  #publish(records: Records, count: number): void {
    if (count === 0) return
    this.counts.records += count
    this.#sink.append(records, 0, count)
  }
}
