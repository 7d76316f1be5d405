import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { askTrader } from '../trader-client.ts'

const MAIN = fileURLToPath(import.meta.resolve('@velocimex/trader/main'))

/** The trader in a process of its own, to be killed. */
export class TraderProcess {
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #ended: Promise<readonly unknown[]>
  #said = ''

  /** @param more further arguments @param main another program than the trader's own, to which messages can be sent */
  constructor(directory: string, venues: string, more: readonly string[] = [], main = MAIN) {
    this.#directory = directory
    const args = [main, '--dir', directory, '--venues', venues, ...more]
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe', ...(main === MAIN ? [] : ['ipc' as const])],
    })
    this.#ended = once(this.#child, 'close')
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
      if (waited > limitMs || this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(
          `the trader is not ready after ${Math.round(waited)} ms: ${JSON.stringify(status)} ${this.#said}`,
        )
      await new Promise(done => setTimeout(done, 20))
    }
  }

  ask<T>(path: string): Promise<T> {
    return askTrader(this.#directory, 'GET', path)
  }

  tell(path: string, body: object): Promise<unknown> {
    return askTrader(this.#directory, 'POST', path, body)
  }

  /** Sends a message to a program that listens for one. */
  say(message: object): void {
    this.#child.send?.(message, undefined, undefined, () => {}) // It may have died meanwhile.
  }

  /** Stops its time, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  /** Whether it has ended within a time, and how: an exit code, or the name of a signal; undefined when it lives. */
  async ending(limitMs: number): Promise<number | string | undefined> {
    const late = new Promise<undefined>(done => void setTimeout(() => done(undefined), limitMs).unref())
    const ended = await Promise.race([this.#ended, late])
    return ended === undefined ? undefined : ((ended[0] ?? ended[1]) as number | string)
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the trader ended by itself: ${this.#said}`)
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** Ends it in order. @returns its exit code */
  async end(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const [code] = await this.#ended
    return code as number | null
  }
}
