import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { Instrument } from '@velocimex/core/market/instrument'
import { OpenWatch } from '../../open-watch.ts'
import { INST_TYPES } from '../order-requests.ts'
import { instrumentRow } from './instrument-rows.ts'

const TYPES: readonly string[] = [...Object.values(INST_TYPES), 'MARGIN']

/** A socket that reads it. */
interface StateReader {
  push(text: string): void
}

/** The channel `instruments`: the definitions of all instruments of a type, and of each whose state changes. */
export class StateChannel {
  readonly #exchange: Exchange
  readonly #watch: OpenWatch
  readonly #readers = new Map<string, Set<StateReader>>()

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    this.#watch = new OpenWatch(exchange)
  }

  /** Whether the venue has instruments of a type; whether this one lists some is another question. */
  knows(instType: string): boolean {
    return TYPES.includes(instType)
  }

  /** Begins to read: everything is told at once. */
  subscribe(instType: string, reader: StateReader): void {
    this.#readers.set(instType, new Set([...(this.#readers.get(instType) ?? []), reader]))
    reader.push(this.#frame(instType, this.#exchange.instruments.all))
  }

  unsubscribe(instType: string, reader: StateReader): void {
    this.#readers.get(instType)?.delete(reader)
  }

  /** Tells what has changed. */
  tick(): void {
    const changed = this.#watch.changes()
    if (changed.length === 0) return
    for (const [instType, readers] of this.#readers) {
      const own = changed.filter(({ kind }) => INST_TYPES[kind] === instType)
      if (own.length > 0) for (const reader of readers) reader.push(this.#frame(instType, own))
    }
  }

  #frame(instType: string, instruments: readonly Instrument[]): string {
    const own = instruments.filter(({ kind }) => INST_TYPES[kind] === instType)
    const data = own.map(each => instrumentRow(each, this.#exchange.isOpen[each.index]!))
    return JSON.stringify({ arg: { channel: 'instruments', instType }, data })
  }
}
