import { deepEqual, equal, ok } from 'node:assert/strict'
import { mock, test } from 'node:test'
import { type MarketCodec, SLACK } from '@velocimex/core/feed/market-codec'
import fc from 'fast-check'
import { DAMAGE, mutations, reshaped } from './damaged-frames.conformance.ts'
import { type Outcome, outcome } from './market-codec.conformance.ts'
import { FieldReader } from './wire/field-reader.ts'

/** What the suite must be told of a codec that reads frames in their usual form without the general reader. */
export interface UsualSuite {
  readonly name: string
  /** Frames exactly as the venue writes them. */
  readonly samples: readonly string[]
  makeCodec(): MarketCodec
  /** The same frame with a blank in it, so that it is surely read by the general reader; broken frames stay broken. */
  disguised(frame: Buffer): Buffer
}

/** Decodes a frame that is put into the codec's buffer with digits behind it. */
function decoded(codec: MarketCodec, frame: Buffer): readonly [Outcome, checksum: number | undefined] {
  codec.buffer.fill(0x31, frame.length, frame.length + SLACK)
  codec.buffer.set(frame)
  const kind = codec.decode(0, frame.length, 17, 5)
  return [outcome(kind, codec), kind > 0 ? codec.checksum : undefined]
}

/** How often the general reader was asked while `act` ran. */
export function walksOf(act: () => void): number {
  const walks = mock.method(FieldReader.prototype, 'message')
  try {
    act()
    return walks.mock.callCount()
  } finally {
    walks.mock.restore()
  }
}

/** The tests of a codec whose frames of the usual form are read without the general reader: both always answer the same. */
export function proveUsual({ name, samples, makeCodec, disguised }: UsualSuite): void {
  /** Both readers, each with a codec of its own: what they keep of earlier frames must stay equal too. */
  const makeBoth = (): ((frame: Buffer) => Outcome) => {
    const usual = makeCodec()
    const general = makeCodec()
    return frame => {
      const ours = decoded(usual, frame)
      deepEqual(ours, decoded(general, disguised(frame)), frame.toString('latin1'))
      return ours[0]
    }
  }

  test(`${name}: P-21 frames of the usual form are read without the general reader, and as it reads them`, () => {
    const codec = makeCodec()
    const both = makeBoth()
    for (const sample of samples) {
      const frame = Buffer.from(sample)
      equal(
        walksOf(() => ok('kind' in decoded(codec, frame)[0], sample)),
        0,
        sample,
      )
      ok(walksOf(() => decoded(codec, disguised(frame))) > 0, 'a disguised frame is read by the general reader')
      ok('kind' in both(frame))
    }
  })

  test(`${name}: P-21 a usual frame with any byte replaced, left out, doubled or swapped is read as the general reader does`, () => {
    const both = makeBoth()
    for (const sample of samples) {
      const frame = Buffer.from(sample)
      for (let at = 0; at < frame.length; at++) {
        for (const byte of DAMAGE) both(Buffer.concat([frame.subarray(0, at), Buffer.of(byte), frame.subarray(at + 1)]))
        for (const byte of [0x30, 0x39, 0x22, 0x2c, 0x5d])
          both(Buffer.concat([frame.subarray(0, at), Buffer.of(byte), frame.subarray(at)]))
        both(Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1)]))
        both(Buffer.concat([frame.subarray(0, at + 1), frame.subarray(at)]))
        const swapped = Buffer.from(frame)
        swapped[at] = frame[at + 1] ?? 0x20
        swapped[at + 1] = frame[at]!
        both(swapped)
      }
    }
  })

  test(`${name}: P-21 a usual frame that is cut, or goes on, is malformed`, () => {
    const both = makeBoth()
    for (const sample of samples) {
      const frame = Buffer.from(sample)
      for (let length = 0; length < frame.length; length++)
        deepEqual(both(frame.subarray(0, length)), { refused: 'malformed' }, `cut at ${length}`)
      for (const more of ['}', '1', ',', '"', sample])
        deepEqual(both(Buffer.from(sample + more)), { refused: 'malformed' })
    }
  })

  test(`${name}: P-21 usual frames changed in several places, or whose fields are moved, are read as the general reader does`, () => {
    const both = makeBoth()
    fc.assert(
      fc.property(fc.oneof(mutations(samples), reshaped(samples)), text => {
        both(Buffer.from(text))
      }),
      { numRuns: 20_000 },
    )
  })
}

/** Decimal texts of any length before and behind the point, many with zeros at either end; few grids take all of them. */
export function decimalTexts(): fc.Arbitrary<string> {
  const digits = (maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...'000000000123456789'), { maxLength }).map(all => all.join(''))
  return fc
    .tuple(
      fc.constantFrom('', '0', '0', '7', '12', '907', '8476', '65095', '4294967'),
      digits(6),
      digits(17),
      digits(6),
    )
    .map(([first, whole, fraction, zeros]) => {
      const text = (first === '0' ? '0' : first + whole) || '1'
      return fraction === '' ? text : `${text}.${fraction}${zeros}`
    })
}
