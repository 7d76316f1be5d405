import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { FRAME_KIND_NAMES, FrameKind, type MarketCodec, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import fc from 'fast-check'
import { DAMAGE, disguised, mutations, reshaped } from './damaged-frames.conformance.ts'

/** A slow, obvious decoder of the same frames. */
export interface CodecOracle {
  readonly batch: RecordBatch
  readonly ids: object
  readonly instrument: number
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number): number
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number
}

/** What a codec has made of a frame, to be compared whole. */
export type Outcome =
  | { readonly refused: string }
  | { readonly kind: string; readonly ids: object; readonly instrument: number; readonly records: string }

/** A codec beside its oracle. */
export class CodecTrial {
  readonly codec: MarketCodec
  readonly oracle: CodecOracle

  constructor(codec: MarketCodec, oracle: CodecOracle) {
    this.codec = codec
    this.oracle = oracle
  }

  /** Puts a frame into the codec's buffer, with digits behind it: only the sentinel may end a number there. */
  put(frame: Uint8Array): number {
    this.codec.buffer.fill(0x31, frame.length, frame.length + SLACK)
    this.codec.buffer.set(frame)
    return frame.length
  }

  /** Decodes a frame in both ways. */
  both(frame: Uint8Array): [ours: Outcome, twin: Outcome] {
    const to = this.put(frame)
    const ours = outcome(this.codec.decode(0, to, 17, 5), this.codec)
    equal(this.codec.buffer[to], 0x31, 'the byte behind the frame is given back')
    return [ours, outcome(this.oracle.decode(frame, 17, 5), this.oracle)]
  }

  /** Decodes a REST book in both ways. */
  bothSnapshots(frame: Uint8Array, instrument: number): [ours: Outcome, twin: Outcome] {
    const ours = outcome(this.codec.decodeSnapshot(0, this.put(frame), instrument, 17, 5), this.codec)
    return [ours, outcome(this.oracle.decodeSnapshot(frame, instrument, 17, 5), this.oracle)]
  }

  /**
   * Asserts that both accept a frame with the same records, or that both refuse it. Two faults in one frame have two good
   * reasons; but whether it is JSON at all is one question with one answer.
   */
  agree(frame: Uint8Array, pair: [ours: Outcome, twin: Outcome] = this.both(frame)): Outcome {
    const [ours, twin] = pair
    if (!('refused' in ours) || !('refused' in twin)) deepEqual(ours, twin, Buffer.from(frame).toString('latin1'))
    return ours
  }
}

/** The outcome that a decoder holds. */
export function outcome(
  kind: number,
  { batch, ids, instrument }: Pick<CodecOracle, 'batch' | 'ids' | 'instrument'>,
): Outcome {
  if (kind < 0) {
    equal(batch.count, 0, 'a refused frame leaves no record')
    return { refused: REFUSAL_NAMES[-kind]! }
  }
  const records = Buffer.from(batch.bytes.subarray(0, batch.count * 64)).toString('hex')
  return {
    kind: FRAME_KIND_NAMES[kind]!,
    ids: { ...ids },
    instrument: kind === FrameKind.control ? -1 : instrument,
    records,
  }
}

/** Where recordings lie, beside the checkout; undefined when they are not there. */
export function recordings(): URL | undefined {
  const place = new URL('../../../../shared/data/', import.meta.url)
  return existsSync(place) ? place : undefined
}

/** A line of a recording. */
export interface RecordedLine {
  readonly dir: string
  readonly url?: string
  readonly raw: string
}

/** The messages of a recording and the answers of its REST calls. */
export const recordedLines = (file: URL): RecordedLine[] =>
  gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as RecordedLine)
    .filter(({ dir }) => dir === 'recv' || dir === 'http')

/** P-21: every cut of a frame and every replacement of one byte by those of `DAMAGE`. */
export function sweep(trial: CodecTrial, frame: Uint8Array): number {
  let accepted = 0
  for (let length = 0; length < frame.length; length++)
    deepEqual(trial.agree(frame.subarray(0, length)), { refused: 'malformed' }, `cut at ${length}`)
  for (let at = 0; at < frame.length; at++)
    for (const byte of DAMAGE) {
      const damaged = Uint8Array.from(frame)
      damaged[at] = byte
      if (!('refused' in trial.agree(damaged))) accepted++
    }
  return accepted
}

/** An outcome without the order of its records, which is that of the fields: the flag of the last one is left out. */
function unordered(made: Outcome): unknown {
  if ('refused' in made) return made
  const records = made.records.match(/.{128}/g) ?? []
  const flags = (record: string): number => Number.parseInt(record.slice(2, 4), 16) & ~Flag.last
  return { ...made, records: records.map(record => `${flags(record)} ${record.slice(0, 2)} ${record.slice(4)}`).sort() }
}

/** What the shared suite must be told of a venue. */
export interface CodecSuite {
  readonly name: string
  readonly samples: readonly string[]
  makeTrial(): CodecTrial
}

/** The tests that every codec passes. */
export function proveCodec({ name, samples, makeTrial }: CodecSuite): void {
  test(`${name}: the samples are read, and as the oracle reads them`, () => {
    const trial = makeTrial()
    for (const sample of samples) ok('kind' in trial.agree(Buffer.from(sample)), sample)
  })

  test(`${name}: P-21 every cut and every damaged byte of every sample is read as the oracle reads it`, () => {
    const trial = makeTrial()
    const accepted = samples.reduce((sum, sample) => sum + sweep(trial, Buffer.from(sample)), 0)
    ok(accepted > 100, 'some damage leaves a frame with another number in it')
  })

  test(`${name}: P-21 samples changed in several places are read as the oracle reads them`, () => {
    const trial = makeTrial()
    fc.assert(
      fc.property(mutations(samples), text => {
        trial.agree(Buffer.from(text))
      }),
      { numRuns: 30_000 },
    )
  })

  test(`${name}: P-21 samples whose fields are dropped, doubled, renamed, swapped and refilled are read as the oracle does`, () => {
    const trial = makeTrial()
    const fates = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(reshaped(samples), text => {
        fates['refused' in trial.agree(Buffer.from(text)) ? 'refused' : 'accepted']++
      }),
      { numRuns: 30_000 },
    )
    ok(fates.accepted > 1000 && fates.refused > 1000, JSON.stringify(fates))
  })

  test(`${name}: P-21 any bytes at all are answered`, () => {
    const trial = makeTrial()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => void trial.agree(bytes)),
      { numRuns: 3000 },
    )
  })

  test(`${name}: fields in another order, blanks and fields that nobody knows mean the same`, () => {
    const trial = makeTrial()
    for (const sample of samples) {
      const plainly = trial.agree(Buffer.from(sample))
      deepEqual(unordered(trial.agree(Buffer.from(disguised(sample)))), unordered(plainly), disguised(sample))
    }
  })
}

/**
 * Bytes of heap that a call costs, at its cheapest: what is not compiled yet boxes its numbers, and how soon it is compiled
 * depends on what else the machine does. What allocates always never becomes cheap.
 */
export function leastAllocated(act: () => void): number {
  const calls = 20_000
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 100 && least >= 1; tries++) {
    const before = process.memoryUsage().heapUsed
    for (let call = 0; call < calls; call++) act()
    least = Math.min(least, Math.abs(process.memoryUsage().heapUsed - before) / calls)
  }
  return least
}
