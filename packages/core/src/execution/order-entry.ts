import { toAscii } from '../bus/journal.ts'
import type { Micros } from '../clock/micros.ts'
import { toMinor } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { ok, type Result, refuse } from '../result.ts'

/** What a command does. */
export type Verb = 'place' | 'cancel' | 'replace'

/** What we conclude about a command that the venue has not answered. See `Evidence` of order-state. */
export type Conclusion = 'unsent' | 'in_doubt' | 'absent'

/**
 * Everything that can change what we know of orders, as the journal keeps it. The present state is these, applied one
 * after the other; nothing else touches it. `at` is our clock's instant.
 *
 * start           the installation starts; epochs rise
 * place, cancel, replace, cancel_replace   an intent: written before its first byte leaves
 * report          the venue said so, on a stream, in an answer to a command or in an answer to a question
 * conclude        what we conclude about a command
 * adopt           an order that the venue has and that we do not know
 * audited         every fill of the venue up to `through` (venue's clock) is known
 * stop            the emergency stop is engaged or released
 * release         a halted instrument may be traded again
 */
export type OrderEntry =
  | { readonly kind: 'start'; readonly epoch: number; readonly at: Micros }
  | { readonly kind: 'place'; readonly id: string; readonly order: OrderRequest; readonly at: Micros }
  | { readonly kind: 'cancel'; readonly id: string; readonly at: Micros }
  | {
      readonly kind: 'replace'
      readonly id: string
      readonly price: Ticks
      readonly quantity: Lots
      readonly at: Micros
    }
  | {
      readonly kind: 'cancel_replace'
      readonly id: string
      readonly newId: string
      readonly order: OrderRequest
      readonly at: Micros
    }
  | { readonly kind: 'report'; readonly report: ExecutionReport; readonly at: Micros }
  | {
      readonly kind: 'conclude'
      readonly id: string
      readonly verb: Verb
      readonly conclusion: Conclusion
      readonly reason: string
      readonly at: Micros
    }
  | {
      readonly kind: 'adopt'
      readonly id: string
      readonly venueOrderId: string
      readonly order: OrderRequest
      readonly at: Micros
    }
  | { readonly kind: 'audited'; readonly through: Micros; readonly at: Micros }
  | { readonly kind: 'stop'; readonly engaged: boolean; readonly reason: string; readonly at: Micros }
  | { readonly kind: 'release'; readonly instrument: number; readonly at: Micros }

/** Kinds by their number in the journal, from 1. Never renumbered; new ones are added at the end. */
const KINDS: readonly OrderEntry['kind'][] = [
  'start',
  'place',
  'cancel',
  'replace',
  'cancel_replace',
  'report',
  'conclude',
  'adopt',
  'audited',
  'stop',
  'release',
]

/** The number of an entry's kind in the journal. */
export const entryKind = (entry: OrderEntry): number => KINDS.indexOf(entry.kind) + 1

/** Writes an entry as ASCII JSON; amounts of money are decimal text. */
export function encodeEntry(entry: OrderEntry): string {
  const plain = entry.kind === 'report' && entry.report.fill !== undefined ? withTextFee(entry) : entry
  return toAscii(JSON.stringify(plain))
}

function withTextFee(entry: OrderEntry & { readonly kind: 'report' }): object {
  const { fill } = entry.report
  return { ...entry, report: { ...entry.report, fill: { ...fill, fee: String(fill!.fee) } } }
}

/** Reads an entry. `unknown_kind` is the work of a newer version, `malformed` of somebody else. */
export function decodeEntry(kind: number, payload: string): Result<OrderEntry, 'unknown_kind' | 'malformed'> {
  const name = KINDS[kind - 1]
  if (name === undefined) return refuse('unknown_kind')
  let read: { kind?: unknown; at?: unknown; report?: { fill?: { fee: string } } } | null
  try {
    read = JSON.parse(payload)
  } catch {
    return refuse('malformed')
  }
  if (read === null || typeof read !== 'object' || read.kind !== name || !Number.isSafeInteger(read.at))
    return refuse('malformed')
  const fill = read.report?.fill
  if (fill !== undefined) {
    if (!/^-?\d+$/.test(fill.fee)) return refuse('malformed')
    Object.assign(fill, { fee: toMinor(BigInt(fill.fee)) })
  }
  return ok(read as OrderEntry)
}
