import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchRow } from '../bench-row.ts'

const WORKER = fileURLToPath(new URL('./bench-worker.ts', import.meta.url))

/** What one benchmark answered, or why it did not. */
export interface BenchEnd {
  readonly name: string
  readonly rows: readonly BenchRow[]
  /** Undefined when it ran to its end. */
  readonly failure?: string
}

/**
 * Runs one benchmark file in a process of its own, so that none warms up or litters the heap of another. What it prints
 * goes to standard error. @param milliseconds it may take
 */
export async function runBench(name: string, path: string, milliseconds: number): Promise<BenchEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-'))
  const answer = join(directory, 'rows.json')
  try {
    const failure = await end(['--expose-gc', WORKER, path, answer], milliseconds)
    if (failure !== undefined) return { name, rows: [], failure }
    const rows = JSON.parse(readFileSync(answer, 'utf8')) as BenchRow[]
    return rows.length > 0 ? { name, rows } : { name, rows, failure: 'answered nothing' }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function end(args: readonly string[], milliseconds: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 2] })
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
    child.once('error', cause => resolve(cause.message))
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(code === 0 ? undefined : signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`)
    })
  })
}
