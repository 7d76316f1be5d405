import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { askTrader } from '../trader-client.ts'

const MAIN = fileURLToPath(import.meta.resolve('@velocimex/trader/main'))

/** The trader in a process of its own, to be killed. */
export class TraderProcess {
  readonly #child: ChildProcess
  readonly #directory: string
  #said = ''

  /** @param more further arguments */
  constructor(directory: string, venues: string, more: readonly string[] = []) {
    this.#directory = directory
    const args = [MAIN, '--dir', directory, '--venues', venues, ...more]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child.stderr!.on('data', chunk => (this.#said = (this.#said + String(chunk)).slice(-4000)))
  }

  /** What it said on stderr, the last of it. */
  get words(): string {
    return this.#said
  }

  /** Milliseconds until every account is ready to trade. @throws Error when that takes longer than it may */
  async ready(limitMs: number): Promise<number> {
    const began = performance.now()
    for (;;) {
      const status = await this.ask<{ accounts: { ready: boolean }[] }>('/status').catch(() => undefined)
      const waited = performance.now() - began
      if (status?.accounts.every(({ ready }) => ready)) return waited
      if (waited > limitMs || this.#child.exitCode !== null)
        throw new Error(
          `the trader is not ready after ${Math.round(waited)} ms: ${JSON.stringify(status)} ${this.#said}`,
        )
      await new Promise(done => setTimeout(done, 20))
    }
  }

  ask<T>(path: string): Promise<T> {
    return askTrader(this.#directory, 'GET', path)
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the trader ended by itself: ${this.#said}`)
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }

  /** Ends it in order. @returns its exit code */
  async end(): Promise<number | null> {
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const [code] = await ended
    return code as number | null
  }
}
