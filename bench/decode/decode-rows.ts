import type { MarketCodec } from '@velocimex/core/feed/market-codec'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { PEERS } from '../peers.ts'
import type { TardisMapper, TardisPeer } from '../tardis-peer.ts'
import { parseBytes, placeAll } from './frame-bytes.ts'

/** Messages that everybody reads in one sample, about: so many that a peer pays for its garbage in every sample. */
const MESSAGES = 20_000

/** Frames of one kind, who reads them, and what is promised. */
export interface DecodeCase {
  /** As a person would ask: `okx trade`. The length of the frames is added. */
  readonly question: string
  readonly codec: MarketCodec
  readonly frames: readonly string[]
  /** tardis-dev's reading of the same frames, where it knows them. */
  readonly peer?: {
    readonly library: TardisPeer
    readonly exchange: string
    readonly mapper: TardisMapper
    /** Where the library wants them a little differently. */
    readonly frames?: readonly string[]
  }
  /** Most nanoseconds a message. */
  readonly most?: number
  /** At least so many times quicker than tardis-dev as it is called. */
  readonly ratio?: number
}

/**
 * Measures bytes to events beside tardis-dev as it is called (its generators, which is how anybody gets its events),
 * beside its mapper called by hand, and beside JSON.parse alone.
 */
export async function decodeRows(given: DecodeCase): Promise<BenchRow[]> {
  const { codec, frames, peer } = given
  const rounds = Math.ceil(MESSAGES / frames.length)
  const count = rounds * frames.length
  const places = placeAll(codec.buffer, frames)
  const buffers = frames.map(raw => Buffer.from(raw))
  const theirs = peer?.frames?.map(raw => Buffer.from(raw)) ?? buffers
  let refused = 0
  let called = 0
  let events = 0
  const all = Array.from({ length: rounds }, () => theirs).flat()
  const samples = await interleave({
    ours: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++)
          for (const [from, to] of places) refused += codec.decode(from, to, 1, 0) < 0 ? 1 : 0
      },
    },
    called: {
      count,
      work: async () => {
        if (peer === undefined) return
        for await (const _ of peer.library.asCalled(peer.exchange, peer.mapper, all)) called++
      },
    },
    mapper: {
      count,
      work: () => {
        if (peer === undefined) return
        const at = new Date()
        for (const raw of all) for (const _ of peer.mapper.map(parseBytes(raw), at) ?? []) events++
      },
    },
    json: {
      count,
      work: () => {
        for (let round = 0; round < rounds; round++) for (const raw of buffers) refused += parseBytes(raw) ? 0 : 1
      },
    },
  })
  if (refused > 0) throw new Error(`${given.question}: ${refused} frames were refused`)
  if (peer !== undefined && Math.min(called, events) < count)
    throw new Error(`${given.question}: the peer made ${called} and ${events} events of ${count} messages`)
  const ours = median(samples.ours)
  const bytes = frames.reduce((total, raw) => total + raw.length, 0) / frames.length
  const question = `${given.question}, ${bytes.toFixed(0)} bytes, to events`
  const beside = (name: string, peerValue: number): BenchRow => ({
    question,
    ours,
    unit: 'ns/message',
    samples: samples.ours,
    peer: name,
    peerValue,
    ratio: peerValue / ours,
  })
  const rows = [beside('JSON.parse alone', median(samples.json))]
  if (peer === undefined) return rows
  const name = `tardis-dev ${PEERS['tardis-dev']}`
  const asCalled = beside(name, median(samples.called))
  return [
    { ...asCalled, ...promise(given, asCalled) },
    beside(`${name}, its mapper by hand`, median(samples.mapper)),
    ...rows,
  ]
}

/** What is promised, in words, and whether it is kept. */
function promise({ most, ratio }: DecodeCase, { ours, ratio: reached }: BenchRow): Pick<BenchRow, 'target' | 'met'> {
  const words = [
    ...(most === undefined ? [] : [`<= ${most.toFixed(0)} ns`]),
    ...(ratio === undefined ? [] : [`>= ${ratio}x`]),
  ]
  if (words.length === 0) return {}
  return { target: words.join(', '), met: ours <= (most ?? ours) && reached! >= (ratio ?? 0) }
}
