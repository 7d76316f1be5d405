// The thread on which a database is spoken to: a commit waits for the disk, and the trading thread must not.
import { parentPort, workerData } from 'node:worker_threads'
import { SystemTimers } from '@velocimex/host/net/timers'
import { SqlFault } from '@velocimex/store/sql/sql-database'
import { LateStore, openDatabase } from './late-store.ts'
import type { StoreAnswer, StoreQuestion } from './store-thread.ts'

const { directory, address } = workerData as { readonly directory: string; readonly address?: string }
const timers = new SystemTimers()
const late = new LateStore(
  () => openDatabase(directory, address),
  () => timers.now(),
)

async function answer(question: StoreQuestion): Promise<number> {
  if (question.kind === 'drained') return late.drained(question.spool)
  if (question.kind === 'append') await late.append(question.records, question.mark)
  else await late.close()
  return 0
}

parentPort!.on('message', (question: StoreQuestion) => {
  const { id } = question
  const tell = (told: StoreAnswer): void => parentPort!.postMessage(told)
  answer(question).then(
    value => tell({ id, value }),
    (error: Error) =>
      tell({
        id,
        words: error.message,
        fault: error instanceof SqlFault ? error.kind : error instanceof TypeError ? 'rejected' : 'unavailable',
      }),
  )
})
