import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { KIND_NAMES, Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { CaptureLine } from '@velocimex/host/capture/capture-reader'
import { SIDES } from '@velocimex/venues/sides'
import { findVenue } from '@velocimex/venues/venues'
import { CaptureSession } from './capture-session.ts'

/** A session of a venue's captures, with what it puts onto the tape. */
class Played {
  readonly tape: string[] = []
  readonly session: CaptureSession
  #lines = 0

  constructor(venue: string) {
    const table = new InstrumentTable(SIDES.get(venue)!.instruments)
    this.session = new CaptureSession(findVenue(venue)!, table, {
      append: (records: Records, from, to) => {
        for (let slot = from; slot < to; slot++) {
          const { kind, instrument, lane0 } = new EventRecord(records).at(slot)
          this.tape.push(`${KIND_NAMES[kind]} ${instrument}${kind === Kind.status ? ` ${lane0}` : ''}`)
        }
      },
    })
  }

  /** Plays a line. @returns what it put onto the tape */
  play(dir: CaptureLine['dir'], conn: string, raw: string, url = ''): string[] {
    this.session.take({ at: ++this.#lines, nanos: 0, dir, conn, url, raw }, this.#lines, 'capture')
    return this.tape.splice(0)
  }
}

test('D60 an answer about states tells the tape what is not traded, and what is traded again', () => {
  const played = new Played('binance-usdm')
  const list = (btc: string, eth: string): string[] =>
    played.play(
      'http',
      'status-rest',
      JSON.stringify({
        symbols: [
          { symbol: 'BTCUSDT', status: btc },
          { symbol: 'ETHUSDT', status: eth },
          { symbol: 'QXZUSDT', status: 'SETTLING' },
        ],
      }),
      'https://fapi.binance.com/fapi/v1/exchangeInfo',
    )
  deepEqual(list('TRADING', 'TRADING'), [], 'an open market is no news')
  deepEqual(list('TRADING', 'SETTLING'), ['status 1 4'])
  deepEqual(list('TRADING', 'SETTLING'), [])
  const halt = '{"e":"contractInfo","E":1669647330076,"s":"BTCUSDT","ct":"PERPETUAL","cs":"TRADING_HALT"}'
  deepEqual(played.play('recv', 'ws1', halt), ['status 0 2'])
  deepEqual(list('TRADING', 'TRADING'), ['status 0 1', 'status 1 1'], 'what a socket told is over too')
  deepEqual(played.play('http', 'x', 'no JSON', 'https://fapi.binance.com/fapi/v1/ping'), [])
  equal(played.session.records, 4)
})

test('D60 a socket that tells states and no books does not take the books of another for its own', () => {
  const played = new Played('coinbase')
  const frame = (channel: string, event: object): string =>
    JSON.stringify({ channel, client_id: '', timestamp: '2026-08-09T10:00:00Z', sequence_num: 0, events: [event] })
  const state = (id: string, status: string) => ({ product_type: 'SPOT', id, status })
  const states = frame('status', {
    type: 'snapshot',
    products: [state('BTC-USD', 'online'), state('ETH-USD', 'offline')],
  })
  deepEqual(played.play('recv', 'ws1', states), ['status 0 1', 'status 1 4'])
  const level = { side: 'bid', event_time: '2026-08-09T10:00:00Z', price_level: '100', new_quantity: '1' }
  const book = frame('l2_data', { type: 'snapshot', product_id: 'BTC-USD', updates: [level] })
  deepEqual(played.play('recv', 'ws2', book), ['clear 0', 'level 0'])
})
