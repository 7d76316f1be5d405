import type { Timers } from '@velocimex/host/net/timers'
import type { BudgetReading, CommandResult, PrivateMessage } from '@velocimex/venues/order-venue'

const DEADLINE_MS = 5_000
/** Commands whose answers are awaited; with more, something is wrong with the socket. */
const AWAITED_MAX = 1_000

/** A socket that takes commands, as far as it can be written to. */
export interface CommandLink {
  readonly isUp: boolean
  /** Writes a frame. @returns false where not a byte of it left, nor will */
  send(frame: string): boolean
}

/** What became of a command that was written. There is no third: an answer that does not come proves nothing. */
export type SocketOutcome =
  | { readonly kind: 'answered'; readonly result: CommandResult; readonly budget?: BudgetReading }
  | { readonly kind: 'unknown'; readonly words: string }

/** Commands over a socket, each with its own answer. A command that was written is never written again. */
export class OrderSocket {
  readonly #link: () => CommandLink | undefined
  readonly #timers: Timers
  readonly #awaited = new Map<string, (outcome: SocketOutcome) => void>()
  /** Tells the requests of this start from those of others. */
  readonly #start: string
  #number = 0

  readonly #onWritten: ((frame: string) => void) | undefined

  /**
   * @param link the socket that commands travel on now; undefined before there is one
   * @param onWritten hears each frame that has left
   */
  constructor(link: () => CommandLink | undefined, timers: Timers, onWritten?: (frame: string) => void) {
    this.#onWritten = onWritten
    this.#link = link
    this.#timers = timers
    this.#start = `r${timers.now().toString(36)}`
  }

  /** Whether a command may be written now. */
  get isUp(): boolean {
    return this.#link()?.isUp === true && this.#awaited.size < AWAITED_MAX
  }

  /**
   * Writes a command.
   * @param make its frame, with the id that the answer returns
   * @returns undefined where nothing was written: another way may be taken
   */
  request(make: (requestId: string) => string): Promise<SocketOutcome> | undefined {
    if (!this.isUp) return undefined
    const id = `${this.#start}x${(++this.#number).toString(36)}`
    const frame = make(id)
    if (!this.#link()!.send(frame)) return undefined
    this.#onWritten?.(frame)
    return new Promise(done => {
      const takeBack = this.#timers.after(DEADLINE_MS, () => settle({ kind: 'unknown', words: 'no answer in time' }))
      const settle = (outcome: SocketOutcome): void => {
        takeBack()
        this.#awaited.delete(id)
        done(outcome)
      }
      this.#awaited.set(id, settle)
    })
  }

  /** A message of the socket; answers to what is not awaited, or not any more, are passed over. */
  onMessage(message: PrivateMessage): void {
    if (message.kind !== 'answer') return
    const { requestId, result, budget } = message
    this.#awaited.get(requestId)?.({ kind: 'answered', result, ...(budget === undefined ? {} : { budget }) })
  }

  /** The socket is gone: what was written to it may have been done. */
  onDown(words: string): void {
    for (const settle of [...this.#awaited.values()]) settle({ kind: 'unknown', words: `the socket ended: ${words}` })
  }
}
