/** One event of a batch before its own rules are looked at. */
export interface BatchEvent {
  readonly flags: number
  /** Nanoseconds since 1970; 0 unless imported. */
  readonly timestamp: bigint
}

/** The bits of an event's flags that concern its batch. */
export interface BatchBits {
  readonly linked: number
  readonly imported: number
}

/** What became of an event. Its status is changed when its chain fails later. */
export interface BatchResult<Status extends string> {
  status: Status
  readonly timestamp: bigint
}

/** Statuses that any event of a batch may get. */
export type BatchStatus =
  | 'created'
  | 'linked_event_failed'
  | 'linked_event_chain_open'
  | 'imported_event_expected'
  | 'imported_event_not_expected'
  | 'timestamp_must_be_zero'
  | 'imported_event_timestamp_out_of_range'
  | 'imported_event_timestamp_must_not_advance'

/** What a batch needs of its owner. */
export interface BatchOwner<Status extends string> {
  openScope(): void
  closeScope(keep: boolean): void
  /** Judges an event and lets it take effect if it may. `timestamp` is the object's: of what exists, of what was created. */
  create(index: number, timestamp: bigint): BatchResult<Status>
  /** An event was refused. */
  refused(index: number, status: Status): void
}

const TIMESTAMP_MAX = (1n << 63n) - 1n

/**
 * Runs a batch: events in order, each later than the one before by a nanosecond; chains of linked events all or none.
 * @param timestamp of the last event
 */
export function runBatch<Status extends string>(
  events: readonly BatchEvent[],
  bits: BatchBits,
  timestamp: bigint,
  owner: BatchOwner<Status | BatchStatus>,
): BatchResult<Status | BatchStatus>[] {
  const results: BatchResult<Status | BatchStatus>[] = []
  const isImported = ((events[0]?.flags ?? 0) & bits.imported) !== 0
  let chain: number | undefined
  let isBroken = false
  let own = timestamp - BigInt(events.length)
  for (let index = 0; index < events.length; index++) {
    const event = events[index]!
    const isLinked = (event.flags & bits.linked) !== 0
    own += 1n
    if (isLinked && chain === undefined) {
      chain = index
      owner.openScope()
    }
    const refusal =
      isLinked && index === events.length - 1
        ? 'linked_event_chain_open'
        : isBroken
          ? 'linked_event_failed'
          : checkTime(event, (event.flags & bits.imported) !== 0, isImported, timestamp)
    const result = refusal === undefined ? owner.create(index, own) : { status: refusal, timestamp: own }
    const { status } = result
    if (status !== 'created') {
      if (chain !== undefined && !isBroken) {
        isBroken = true
        owner.closeScope(false)
        for (let at = chain; at < index; at++) results[at]!.status = 'linked_event_failed'
      }
      owner.refused(index, status)
    }
    results.push(result)
    if (chain !== undefined && (!isLinked || status === 'linked_event_chain_open')) {
      if (!isBroken) owner.closeScope(true)
      chain = undefined
      isBroken = false
    }
  }
  return results
}

/** @param isBatch whether the batch imports, which its first event decides */
function checkTime(event: BatchEvent, isOwn: boolean, isBatch: boolean, now: bigint): BatchStatus | undefined {
  if (isOwn !== isBatch) return isBatch ? 'imported_event_expected' : 'imported_event_not_expected'
  if (!isBatch) return event.timestamp === 0n ? undefined : 'timestamp_must_be_zero'
  if (event.timestamp <= 0n || event.timestamp > TIMESTAMP_MAX) return 'imported_event_timestamp_out_of_range'
  return event.timestamp >= now ? 'imported_event_timestamp_must_not_advance' : undefined
}
