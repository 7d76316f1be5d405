import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { type EventRecord, Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { arrayField, field, intField, refuseFrame, textField } from '../wire/oracle-fields.ts'
import type { JsonObject, JsonValue } from '../wire/strict-json.ts'
import { encodeUtf8 } from '../wire/utf8.ts'
import { element, instant, numberStepsField } from './oracle-cells.ts'

const EVENTS: Readonly<Record<string, Kind>> = {
  add: Kind.orderAdd,
  modify: Kind.orderReplace,
  delete: Kind.orderDelete,
}

/** Reads one book of orders from its tree: the obvious twin of `Level3Reader`. */
export function readOrderBook(
  oracle: { append(kind: Kind, flags: number, venueTime: number): EventRecord },
  book: JsonObject,
  { price, quantity }: Instrument,
  flags: number,
): void {
  const known = ['symbol', 'timestamp', 'checksum', 'bids', 'asks']
  const hasUnknown = [...book.fields.keys()].some(key => !known.includes(key))
  if (hasUnknown && !book.fields.has('timestamp')) refuseFrame(Refusal.missingField)
  if (book.fields.has('timestamp')) instant(field(book, 'timestamp'))
  if (intField(book, 'checksum') > 0xffffffff) refuseFrame(Refusal.badNumber)
  for (const side of ['bids', 'asks']) arrayField(book, side)
  const read = (value: JsonValue, side: number): void => {
    const order = element(value)
    const isSnapshot = (flags & Flag.snapshot) !== 0
    if (isSnapshot && order.fields.has('event')) refuseFrame(Refusal.malformed)
    const event = isSnapshot ? 'add' : textField(order, 'event')
    const kind = Object.hasOwn(EVENTS, event) ? EVENTS[event]! : refuseFrame(Refusal.malformed)
    const id = hashOf(textField(order, 'order_id'))
    const ticks = numberStepsField(order, 'limit_price', price, 1)
    const lots = numberStepsField(order, 'order_qty', quantity, kind === Kind.orderDelete ? 0 : 1)
    const record = oracle.append(kind, flags | side | Flag.truncatedId, instant(field(order, 'timestamp')))
    if (kind === Kind.orderDelete) record.lanes(id, 0, 0, 0)
    else record.lanes(id, ticks, lots, kind === Kind.orderReplace ? id : 0)
  }
  for (const key of book.fields.keys())
    if (key === 'bids' || key === 'asks')
      for (const order of arrayField(book, key)) read(order, key === 'bids' ? Flag.bid : 0)
}

/** Low 53 bits of FNV-1a of 64. */
function hashOf(id: string): number {
  if (id === '') return refuseFrame(Refusal.badNumber)
  let hash = 0xcbf29ce484222325n
  for (const byte of encodeUtf8(id)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return Number(hash & 0x1fffffffffffffn)
}
