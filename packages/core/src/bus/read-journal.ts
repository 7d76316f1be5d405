import type { Crc32 } from './crc32.ts'
import type { JournalHistory, JournalRecord } from './journal.ts'
import { decodeJournalHeader, JOURNAL_HEADER_BYTES, scanSegment } from './journal-format.ts'

/** A segment as it lies on the disk. */
export interface StoredSegment {
  /** How people find it: a file name. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** A snapshot whose checksum was right. */
export interface StoredSnapshot {
  readonly through: number
  readonly state: string
}

/** What was found, and where the last segment is to be cut before anybody writes behind it. */
export interface JournalReading extends JournalHistory {
  /** Sequence of the last good record; that of the snapshot when no record is behind it. */
  readonly lastSequence: number
  /** Good bytes of the last segment that has any; undefined when nothing is to be cut. */
  readonly cutAt?: { readonly segment: string; readonly bytes: number }
}

/**
 * Puts a journal together from its segments, oldest first. A torn tail is cut; anything broken before it, and any segment
 * that is missing, is a quarantine that names the place: the history then ends before the damage.
 *
 * @param snapshot the newest good one; the records behind it are returned
 */
export function readJournal(
  segments: readonly StoredSegment[],
  snapshot: StoredSnapshot | undefined,
  crc: Crc32,
): JournalReading {
  const from = snapshot?.through ?? 0
  const records: JournalRecord[] = []
  let epoch = 0
  let next = 0
  let cutBytes = 0
  let cutAt: JournalReading['cutAt']
  let quarantine: string | undefined
  const start = firstNeeded(segments, from + 1, crc)
  for (const [at, { name, bytes }] of segments.entries()) {
    const header = decodeJournalHeader(bytes, crc)
    if (!header.ok) {
      if (at < start) continue // Whatever it was, the snapshot stands for it.
      // The last segment may have been cut short while it was being made: nothing was written behind its header yet.
      if (at === segments.length - 1 && bytes.length < JOURNAL_HEADER_BYTES) {
        cutBytes += bytes.length
        cutAt = { segment: name, bytes: 0 }
      } else quarantine ??= `${name} is unreadable (${header.reason.replaceAll('_', ' ')})`
      continue
    }
    epoch = Math.max(epoch, header.value.epoch)
    if (quarantine !== undefined || at < start) continue
    const { firstSequence } = header.value
    if (next === 0 && firstSequence > from + 1)
      quarantine = `records ${from + 1} to ${firstSequence - 1} are missing before ${name}`
    else if (next !== 0 && firstSequence !== next)
      quarantine = `records ${next} to ${firstSequence - 1} are missing before ${name}`
    if (quarantine !== undefined) continue
    const scan = scanSegment(bytes, header.value, crc)
    for (const record of scan.records) if (record.sequence > from) records.push(record)
    next = firstSequence + scan.records.length
    const isLast = at === segments.length - 1
    if (scan.ending === 'damaged' || (scan.ending === 'torn' && !isLast && !startsAt(segments[at + 1]!, next, crc)))
      quarantine = `record ${next} in ${name} is damaged at byte ${scan.goodBytes}`
    else if (scan.ending === 'torn') {
      cutBytes += bytes.length - scan.goodBytes
      cutAt = { segment: name, bytes: scan.goodBytes }
    }
  }
  return {
    records,
    epoch,
    cutBytes,
    lastSequence: Math.max(from, next - 1),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(cutAt === undefined ? {} : { cutAt }),
    ...(quarantine === undefined ? {} : { quarantine }),
  }
}

/** Index of the last segment that can hold a record: those before it hold only what comes before the record. */
function firstNeeded(segments: readonly StoredSegment[], sequence: number, crc: Crc32): number {
  const at = segments.findLastIndex(({ bytes }) => {
    const header = decodeJournalHeader(bytes, crc)
    return header.ok && header.value.firstSequence <= sequence
  })
  return Math.max(0, at)
}

/** A tail that an earlier start has cut in memory but could not cut on the disk: the next segment goes on right there. */
function startsAt({ bytes }: StoredSegment, sequence: number, crc: Crc32): boolean {
  const header = decodeJournalHeader(bytes, crc)
  return header.ok && header.value.firstSequence === sequence
}
