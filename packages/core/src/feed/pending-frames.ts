import { Records } from '../market/event-record.ts'
import type { RecordBatch } from '../market/record-batch.ts'
import type { UpdateIds } from './market-codec.ts'

/** A frame kept until a snapshot comes. */
export interface PendingFrame extends UpdateIds {
  readonly records: Records
}

/** Frames of one instrument that wait for a snapshot: bounded in frames and in records. */
export class PendingFrames {
  /** Oldest first. */
  readonly frames: PendingFrame[] = []
  readonly #framesMax: number
  readonly #recordsMax: number
  #records = 0

  constructor(framesMax: number, recordsMax: number) {
    this.#framesMax = framesMax
    this.#recordsMax = recordsMax
  }

  /** Keeps a copy of a frame. When there is no room, the oldest frames go: a snapshot that still needs them will not bridge. */
  keep(batch: RecordBatch, ids: UpdateIds): void {
    const records = new Records(batch.count)
    records.copy(batch, 0, batch.count, 0)
    this.frames.push({ first: ids.first, last: ids.last, previous: ids.previous, records })
    this.#records += batch.count
    while (this.frames.length > this.#framesMax || (this.#records > this.#recordsMax && this.frames.length > 1))
      this.drop()
  }

  /** Drops the oldest frame. */
  drop(): void {
    this.#records -= this.frames.shift()!.records.capacity
  }

  clear(): void {
    this.frames.length = 0
    this.#records = 0
  }
}
