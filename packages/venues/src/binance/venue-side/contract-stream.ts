import type { Instrument } from '@velocimex/core/market/instrument'
import { OpenWatch } from '../../open-watch.ts'
import type { PublicSources } from './public-calls.ts'

/** The stream of all contracts. Source: USD-M market streams, "Contract Info Stream". */
export const CONTRACT_INFO = '!contractInfo'
/** What USD-M says of a contract that is halted, in its list and on this stream. */
export const NOT_TRADED = 'TRADING_HALT'
/** When a contract that goes on for ever is delivered: in the year 2100. */
const NEVER = 4_133_404_800_000

/** Takes the events of the stream. */
interface ContractReader {
  onEvent(stream: string, event: unknown): void
}

/** Tells whoever reads it which contracts have changed: nothing is said at the beginning. */
export class ContractStream {
  readonly #sources: PublicSources
  readonly #watch: OpenWatch
  readonly #readers = new Set<ContractReader>()

  constructor(sources: PublicSources) {
    this.#sources = sources
    this.#watch = new OpenWatch(sources.exchange)
  }

  subscribe(reader: ContractReader): void {
    this.#readers.add(reader)
  }

  unsubscribe(reader: ContractReader): void {
    this.#readers.delete(reader)
  }

  /** @param now milliseconds */
  tick(now: number): void {
    for (const instrument of this.#watch.changes()) {
      const event = this.#event(instrument, now)
      for (const reader of this.#readers) reader.onEvent(CONTRACT_INFO, event)
    }
  }

  #event({ symbol, index }: Instrument, now: number): unknown {
    const bracket = { bs: 1, bnf: 0, bnc: 50_000, mmr: 0.004, cf: 0, mi: 21, ma: 50 }
    const cs = this.#sources.exchange.isOpen[index] ? 'TRADING' : NOT_TRADED
    const lives = { dt: NEVER, ot: 1_569_398_400_000 }
    return { e: 'contractInfo', E: now, s: symbol, ps: symbol, ct: 'PERPETUAL', ...lives, cs, bks: [bracket] }
  }
}
