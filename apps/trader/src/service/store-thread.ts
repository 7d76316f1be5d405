import { Worker } from 'node:worker_threads'
import type { SpoolTarget } from '@velocimex/store/spool/spooled-writer'
import { SqlFault, type SqlFaultKind } from '@velocimex/store/sql/sql-database'
import type { StoreRecord } from '@velocimex/store/sql/tables'
import type { SpoolMark } from '@velocimex/store/sql/trading-store'

/** What the thread of the database is asked. */
export type StoreQuestion = { readonly id: number } & (
  | { readonly kind: 'append'; readonly records: readonly StoreRecord[]; readonly mark: SpoolMark }
  | { readonly kind: 'drained'; readonly spool: string }
  | { readonly kind: 'close' }
)
type Ask = StoreQuestion extends infer Each ? (Each extends unknown ? Omit<Each, 'id'> : never) : never

/** What it answers: a number, or why not. */
export type StoreAnswer =
  | { readonly id: number; readonly value: number }
  | { readonly id: number; readonly words: string; readonly fault: SqlFaultKind }

interface Waiting {
  resolve(value: number): void
  reject(error: Error): void
}

/**
 * A database on a thread of its own. The spool in front of it asks one thing at a time, so what waits here is bounded by
 * that; a thread that dies is unavailable, like a server that dies, and a new one is started by the next question.
 */
export class StoreThread implements SpoolTarget {
  readonly #where: { readonly directory: string; readonly address?: string }
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #next = 0

  /** @param where folder of the trader, and the address of a server if there is one */
  constructor(where: { readonly directory: string; readonly address?: string }) {
    this.#where = where
  }

  async append(records: readonly StoreRecord[], mark: SpoolMark): Promise<void> {
    await this.#ask({ kind: 'append', records, mark })
  }

  drained(spool: string): Promise<number> {
    return this.#ask({ kind: 'drained', spool })
  }

  /** Closes the database and ends the thread. */
  async close(): Promise<void> {
    if (this.#worker === undefined) return
    await this.#ask({ kind: 'close' }).catch(() => {})
    await this.#worker?.terminate()
  }

  #ask(question: Ask): Promise<number> {
    const worker = (this.#worker ??= this.#start())
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ ...question, id })
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData: this.#where })
    worker.unref() // Whoever ends the process has closed it, or does not want to wait.
    let words = 'the thread of the database has ended'
    worker.on('message', (told: StoreAnswer) => {
      const waiting = this.#waiting.get(told.id)
      this.#waiting.delete(told.id)
      if ('value' in told) waiting?.resolve(told.value)
      else waiting?.reject(new SqlFault(told.fault, told.words))
    })
    worker.on('error', error => (words = String(error)))
    worker.on('exit', () => {
      this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(new SqlFault('unavailable', words))
      this.#waiting.clear()
    })
    return worker
  }
}
