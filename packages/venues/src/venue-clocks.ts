import type { Micros } from '@velocimex/core/clock/micros'
import { openRequest } from './open-request.ts'
import type { VenueRequest } from './order-venue.ts'
import { Fields } from './wire/fields.ts'

/** How a venue is asked for its time. */
export interface VenueClock {
  readonly request: VenueRequest
  /** Microseconds that its smallest step takes: it is read somewhere within. */
  readonly resolution: number
  /** The venue's instant; undefined when the body of the answer tells none. */
  read(body: string): Micros | undefined
}

/** @param find the field with the time, below the answer @param unit microseconds of one */
function clock(path: string, find: (answer: Fields) => Fields | undefined, key: string, unit: number): VenueClock {
  return {
    request: openRequest('time', path),
    resolution: unit,
    read(body) {
      const answer = Fields.of(body)
      const fields = answer && find(answer)
      const time = fields?.has(key) === true ? fields.int(key) * unit : 0
      return time > 0 && answer?.fault === '' ? (time as Micros) : undefined
    },
  }
}

const itself = (answer: Fields): Fields => answer
const bybit = clock('/v5/market/time', itself, 'time', 1000)

/** Clocks by venue id. Kraken tells whole seconds; its requests are in order by a number, not by the time. */
export const VENUE_CLOCKS: ReadonlyMap<string, VenueClock> = new Map([
  ['binance-spot', clock('/api/v3/time', itself, 'serverTime', 1000)],
  ['binance-usdm', clock('/fapi/v1/time', itself, 'serverTime', 1000)],
  ['bybit-spot', bybit],
  ['bybit-linear', bybit],
  [
    'okx',
    clock('/api/v5/public/time', answer => (answer.has('data') ? answer.list('data')[0] : undefined), 'ts', 1000),
  ],
  ['kraken', clock('/0/public/Time', answer => answer.object('result'), 'unixtime', 1_000_000)],
  ['coinbase', clock('/api/v3/brokerage/time', itself, 'epochMillis', 1000)],
  ['deribit', clock('/api/v2/public/get_time', itself, 'result', 1000)],
])
