import { Records } from './event-record.ts'

/** The records of one message while it is being decoded: a fixed run of slots with a count. Overwritten by the next. */
export class RecordBatch extends Records {
  /** How many slots are filled. */
  count = 0
}
