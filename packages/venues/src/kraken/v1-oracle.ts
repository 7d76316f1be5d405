import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { type EventRecord, Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { floatField, intField, refuseFrame } from '../wire/oracle-fields.ts'
import { JsonObject, type JsonValue } from '../wire/strict-json.ts'
import { cellOf, textSteps } from './oracle-cells.ts'

/** What the reading of an older frame needs of the oracle. */
interface OracleRecords {
  older(name: string): Instrument
  carry(): void
  quote(time: number, bid: number, bidLots: number, ask: number, askLots: number): number
  append(kind: Kind, flags: number, venueTime: number): EventRecord
  sides(
    object: JsonObject,
    keys: readonly [string, string],
    flags: number,
    time: number,
    read: (row: JsonValue) => readonly [number, number],
  ): void
}

/** Reads a frame of websocket v1 from its tree: the obvious twin of `V1Reader`. */
export function readOlderFrame(oracle: OracleRecords, frame: readonly JsonValue[]): number {
  if (frame.length !== 4 && frame.length !== 5) return refuseFrame(Refusal.unknownKind)
  intField(cellOf(frame[0]!), 'cell')
  const instrument = oracle.older(textOf(frame.at(-1)!))
  const name = textOf(frame.at(-2)!)
  if (/^book-[1-9]\d{0,6}$/.test(name) && Number(name.slice(5)) <= 10_000)
    return readBook(oracle, instrument, frame.slice(1, -2))
  const payload = frame[1]!
  if (frame.length !== 4) return refuseFrame(Refusal.unknownKind)
  if (name === 'trade') return readTrades(oracle, instrument, payload)
  if (name === 'ticker') return readTicker(oracle, instrument, payload)
  if (name === 'spread') return readSpread(oracle, instrument, payload)
  const minutes = /^ohlc-[1-9]\d{0,6}$/.test(name) ? Number(name.slice(5)) : 0
  return minutes >= 1 && minutes <= 1_000_000
    ? readBar(oracle, instrument, payload, minutes)
    : refuseFrame(Refusal.unknownKind)
}

function readBook(oracle: OracleRecords, instrument: Instrument, payloads: readonly JsonValue[]): number {
  const objects = payloads.map(each =>
    each instanceof JsonObject && !each.hasEscapedKey ? each : refuseFrame(Refusal.malformed),
  )
  const keys = objects.flatMap(({ fields, repeated }) => [...fields.keys(), ...repeated])
  const shape = [...keys].sort().join()
  const isWhole = shape === 'as,bs' && objects.length === 1
  const isSplit = objects.length === 1 || objects.every(({ fields }) => fields.has('a') || fields.has('b'))
  if (!isWhole && !(['a,c', 'b,c', 'a,b,c'].includes(shape) && isSplit)) return refuseFrame(Refusal.missingField)
  let time = 0
  for (const { fields } of objects)
    for (const rows of fields.values())
      for (const row of Array.isArray(rows) ? rows : [])
        if (Array.isArray(row) && row.length === 3) time = Math.max(time, textSteps(row[2]!, MICROS, 0))
  const read = (row: JsonValue): readonly [number, number] => {
    const [price, quantity, at, mark, ...rest] = rowOf(row)
    if (at === undefined || rest.length > 0 || (mark !== undefined && mark !== 'r'))
      return refuseFrame(Refusal.malformed)
    textSteps(at, MICROS, 0)
    return [textSteps(price, instrument.price, 1), textSteps(quantity, instrument.quantity, 0)]
  }
  for (const object of objects)
    for (const [key, value] of object.fields)
      if (key === 'c') {
        if (textSteps(value, { decimals: 0, step: 1 }, 0) > 0xffffffff) return refuseFrame(Refusal.badNumber)
      } else {
        const side = new JsonObject()
        side.fields.set(key, value)
        for (const other of ['as', 'bs']) if (!side.fields.has(other)) side.fields.set(other, [])
        const names = key.startsWith('a') ? ([key, 'bs'] as const) : (['as', key] as const)
        oracle.sides(side, names, isWhole ? Flag.snapshot : 0, time, read)
      }
  oracle.carry()
  return isWhole ? FrameKind.snapshot : FrameKind.depth
}

function readTrades(oracle: OracleRecords, { price, quantity }: Instrument, payload: JsonValue): number {
  const rows = rowOf(payload)
  if (rows.length === 0) return refuseFrame(Refusal.malformed)
  for (const row of rows) {
    const cells = rowOf(row)
    const [at, lots, time, side] = cells
    if (cells.length !== 6 || (side !== 'b' && side !== 's')) return refuseFrame(Refusal.malformed)
    textOf(cells[4]!)
    textOf(cells[5]!)
    oracle
      .append(Kind.trade, side === 'b' ? Flag.aggressorBuy : 0, textSteps(time, MICROS, 0))
      .lanes(textSteps(at, price, 1), textSteps(lots, quantity, 1), -1, -1)
      .withExtra(1)
  }
  return FrameKind.trade
}

function readTicker(oracle: OracleRecords, { price, quantity }: Instrument, payload: JsonValue): number {
  if (!(payload instanceof JsonObject) || payload.hasEscapedKey) return refuseFrame(Refusal.malformed)
  const known = [...'abcvptlho']
  if (known.some(key => payload.repeated.has(key))) return refuseFrame(Refusal.missingField)
  const isPlain = [...payload.fields.keys()].every(key => known.includes(key))
  const side = (key: string): readonly [number, number] => {
    const cells = payload.fields.get(key)
    if (cells === undefined) return isPlain ? [0, 0] : refuseFrame(Refusal.missingField)
    const row = rowOf(cells)
    if (row.length !== 3) return refuseFrame(Refusal.malformed)
    return [textSteps(row[0], price, 0), textSteps(row[2], quantity, 0)]
  }
  return oracle.quote(0, ...side('b'), ...side('a'))
}

function readSpread(oracle: OracleRecords, { price, quantity }: Instrument, payload: JsonValue): number {
  const [bid, ask, time, bidLots, askLots, ...rest] = rowOf(payload)
  if (rest.length > 0) return refuseFrame(Refusal.malformed)
  return oracle.quote(
    textSteps(time, MICROS, 0),
    textSteps(bid, price, 0),
    textSteps(bidLots, quantity, 0),
    textSteps(ask, price, 0),
    textSteps(askLots, quantity, 0),
  )
}

function readBar(oracle: OracleRecords, { price, quantity }: Instrument, payload: JsonValue, minutes: number): number {
  const cells = rowOf(payload)
  if (cells.length !== 9) return refuseFrame(Refusal.malformed)
  const time = textSteps(cells[0], MICROS, 0)
  const opened = textSteps(cells[1], MICROS, 0) - minutes * 60_000_000
  if (opened < 0) return refuseFrame(Refusal.badNumber)
  const [open, high, low, close] = cells.slice(2, 6).map(cell => textSteps(cell, price, 1))
  const lots = textSteps(cells[7], quantity, 0)
  const value = (floatField(cellOf(cells[6]!), 'cell') * (lots * quantity.step)) / 10 ** quantity.decimals
  oracle
    .append(Kind.bar, 0, opened)
    .lanes(open!, high!, low!, close!)
    .withExtra(minutes * 60)
  oracle
    .append(Kind.barVolume, 0, time)
    .lanes(lots, intField(cellOf(cells[8]!), 'cell'), 0, value)
    .withExtra(minutes * 60)
  return FrameKind.bar
}

const MICROS = { decimals: 6, step: 1 }

const rowOf = (value: JsonValue): readonly JsonValue[] =>
  Array.isArray(value) ? value : refuseFrame(Refusal.malformed)

const textOf = (value: JsonValue): string => (typeof value === 'string' ? value : refuseFrame(Refusal.malformed))
