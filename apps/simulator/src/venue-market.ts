import type { Micros } from '@velocimex/core/clock/micros'
import { Random } from '@velocimex/core/clock/random'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { Exchange } from '@velocimex/core/exchange/exchange'
import { type ExchangeFlow, ModelFlow, TapeFlow, type TapeReader } from '@velocimex/core/exchange/exchange-flow'
import { OrderFlowModel } from '@velocimex/core/exchange/order-flow-model'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Cryptography } from '@velocimex/venues/cryptography'
import type { ClientKey, VenueDialect, VenueSide } from '@velocimex/venues/venue-dialect'
import { ExchangeRelay } from './exchange-relay.ts'
import { flowFor } from './flow-parameters.ts'

/** What a simulated venue is made of. */
export interface MarketOptions {
  readonly side: VenueSide
  readonly seed: number
  /** First instant, microseconds. */
  readonly start: number
  readonly keys: readonly ClientKey[]
  readonly cryptography: Cryptography
  /** A recorded market and its instruments; without it a seeded model makes one. */
  readonly tape?: { readonly reader: TapeReader; readonly instruments: readonly Instrument[] }
}

/** A venue without its sockets: exchange, flow and dialect on a clock that its owner moves. */
export class VenueMarket {
  readonly exchange: Exchange
  readonly dialect: VenueDialect
  readonly clock: SimClock
  readonly #flow: ExchangeFlow

  constructor({ side, seed, start, keys, cryptography, tape }: MarketOptions) {
    const instruments = new InstrumentTable(tape?.instruments ?? side.instruments)
    const relay = new ExchangeRelay()
    this.clock = new SimClock(start as Micros)
    this.exchange = new Exchange(instruments, side.terms, this.clock, relay)
    const random = new Random(seed)
    const { exchange, clock } = this
    this.dialect = side.makeDialect({ exchange, clock, cryptography, keys, random })
    relay.target = this.dialect
    const engines = instruments.all.map(({ index }) => exchange.engine(index))
    if (tape === undefined) {
      const flows = instruments.all.map(
        (instrument, at) => new OrderFlowModel(flowFor(instrument), engines[at]!, new Random(seed * 1_000_003 + at)),
      )
      this.#flow = new ModelFlow(flows, start, clock, exchange.isOpen)
    } else this.#flow = new TapeFlow(tape.reader, engines, clock, start)
  }

  /** Lets everything happen up to an instant, microseconds; earlier ones change nothing. */
  advanceTo(instant: number): void {
    this.#flow.runUntil(instant)
    this.clock.advanceTo(Math.max(this.clock.now(), Math.floor(instant)) as Micros)
    this.exchange.expire(this.clock.now())
    this.dialect.tick(this.clock.now())
  }

  /** The clock jumps, the market does not: it goes on where it was. @param micros microseconds, 0 or more */
  skip(micros: number): void {
    this.#flow.skip(micros)
  }
}
