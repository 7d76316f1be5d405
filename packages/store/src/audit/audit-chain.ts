import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from '@velocimex/core/engine/canonical-json'
import type { TableRow } from '../sql/tables.ts'

/** One line of the audit log: who did what to what, from where, how it was before and after, and why. */
export type AuditEntry = TableRow<'audit_log'>

/** What is told to the log; the chain adds the rest. Secrets are masked before they come here. */
export type AuditEvent = Omit<AuditEntry, 'seq' | 'prev_hash' | 'hash'>

/** How far a chain had come at an instant. Kept in a second place, it shows a tail that was cut off. */
export interface AuditAnchor {
  readonly count: number
  readonly head: string
  /** Microseconds since 1970. */
  readonly timestamp: number
  readonly mac: string
}

/** The hash before the first entry. */
export const AUDIT_GENESIS = '0'.repeat(64)

/**
 * What was found in a chain, in order of precedence at one entry.
 *
 *     gap              the number of an entry is not the next one: some were taken out, put in or exchanged
 *     unlinked         an entry does not follow the one before it
 *     edited           an entry is not what was written, or was written without the key
 *     anchor_forged    an anchor was made without the key
 *     anchor_differs   the chain is another one than the anchor saw
 *     truncated        the chain ends before an anchor
 */
export type AuditFault = 'gap' | 'unlinked' | 'edited' | 'anchor_forged' | 'anchor_differs' | 'truncated'

/** A chain that holds, with its end; or the first fault and the number of the entry at which it shows. */
export type AuditVerdict =
  | { readonly ok: true; readonly count: number; readonly head: string }
  | { readonly ok: false; readonly fault: AuditFault; readonly seq: number }

/** HMAC-SHA-256, in hex, of an entry in canonical JSON followed by the hash of the entry before. @param key 32 bytes */
export function auditHash(key: Uint8Array, entry: Omit<AuditEntry, 'hash' | 'prev_hash'>, previous: string): string {
  const { seq, timestamp, actor, session, ip, action, object, before, after, reason } = entry
  const text = canonicalJson({ seq, timestamp, actor, session, ip, action, object, before, after, reason })
  return createHmac('sha256', key).update(text).update(previous).digest('hex')
}

/** An event as the next entry of a chain. @param seq its number: 0, 1, 2, ... @param previous hash of the entry before */
export function linkAudit(key: Uint8Array, event: AuditEvent, seq: number, previous: string): AuditEntry {
  const entry = { seq, ...event }
  return { ...entry, prev_hash: previous, hash: auditHash(key, entry, previous) }
}

/** An anchor of a chain that has `count` entries, the last with hash `head`. */
export function makeAnchor(key: Uint8Array, count: number, head: string, timestamp: number): AuditAnchor {
  return { count, head, timestamp, mac: anchorMac(key, { count, head, timestamp }) }
}

/**
 * Walks a chain from its first entry to its end. Any edit, deletion, insertion or exchange shows by itself; a tail that
 * was cut off shows by the anchors, which must therefore lie where the one who cuts cannot reach.
 */
export async function verifyAudit(
  key: Uint8Array,
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  anchors: readonly AuditAnchor[] = [],
): Promise<AuditVerdict> {
  const forged = anchors.find(anchor => !isSame(anchor.mac, anchorMac(key, anchor)))
  if (forged !== undefined) return { ok: false, fault: 'anchor_forged', seq: forged.count - 1 }
  const heads = new Map(anchors.map(({ count, head }) => [count, head]))
  let count = 0
  let head = AUDIT_GENESIS
  for await (const entry of entries) {
    const fault = faultOf(key, entry, count, head)
    if (fault !== undefined) return { ok: false, fault, seq: count }
    head = entry.hash
    count++
    const seen = heads.get(count)
    if (seen !== undefined && seen !== head) return { ok: false, fault: 'anchor_differs', seq: count - 1 }
  }
  const most = Math.max(0, ...heads.keys())
  return most > count ? { ok: false, fault: 'truncated', seq: count } : { ok: true, count, head }
}

/** One place at which a chain is not what was written. */
export interface AuditBreak {
  readonly fault: Extract<AuditFault, 'gap' | 'unlinked' | 'edited'>
  /** Number that the entry bears. */
  readonly seq: number
}

/**
 * Every break of a chain: after each it goes on from what the entry says of itself, so that one break hides no other.
 * @param most breaks after which it stops looking
 */
export async function auditBreaks(
  key: Uint8Array,
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  most: number,
): Promise<readonly AuditBreak[]> {
  const breaks: AuditBreak[] = []
  let next = 0
  let head = AUDIT_GENESIS
  for await (const entry of entries) {
    const fault = faultOf(key, entry, next, head)
    if (fault !== undefined) breaks.push({ fault, seq: entry.seq })
    if (breaks.length >= most) break
    next = entry.seq + 1
    head = entry.hash
  }
  return breaks
}

/** What is wrong with an entry that should be the next of a chain. */
function faultOf(key: Uint8Array, entry: AuditEntry, seq: number, head: string): AuditBreak['fault'] | undefined {
  if (entry.seq !== seq) return 'gap'
  if (entry.prev_hash !== head) return 'unlinked'
  return isSame(entry.hash, auditHash(key, entry, head)) ? undefined : 'edited'
}

const anchorMac = (key: Uint8Array, { count, head, timestamp }: Omit<AuditAnchor, 'mac'>): string =>
  createHmac('sha256', key)
    .update(canonicalJson({ anchor: 1, count, head, timestamp }))
    .digest('hex')

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
