import type { ClientSocket } from '@velocimex/venues/venue-dialect'
import type { WebSocket } from 'ws'
import type { Fault, FaultPlan } from './fault-plan.ts'

/** Bytes that may wait for a slow client before it is cut off. */
const BACKLOG_MAX = 32 << 20

/** A client's socket behind the faults: what the dialect sends passes through the plan. */
export class FaultySocket implements ClientSocket {
  readonly #socket: WebSocket
  readonly #plan: FaultPlan
  readonly #later: (milliseconds: number, run: () => void) => void
  #held: string | undefined

  constructor(socket: WebSocket, plan: FaultPlan, later: (milliseconds: number, run: () => void) => void) {
    this.#socket = socket
    this.#plan = plan
    this.#later = later
  }

  send(text: string): void {
    if (this.#plan.isSilent) return
    const fault = this.#plan.strike('frame', text)
    if (fault === undefined) this.#put(text)
    else if (fault.kind === 'hold') {
      this.#held = text
      return
    } else this.#spoil(fault, text)
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#put(held)
  }

  #spoil(fault: Fault, text: string): void {
    switch (fault.kind) {
      case 'drop':
        break
      case 'duplicate':
        this.#put(text)
        this.#put(text)
        break
      case 'truncate':
        this.#put(text.slice(0, Math.floor(text.length / 2)))
        break
      case 'garbage':
        this.#put(`${text.slice(0, 20)}\u0000\ufffd"}{`)
        break
      case 'corrupt':
        this.#put(corrupted(text))
        break
      case 'huge':
        this.#put(text + ' '.repeat(fault.amount))
        break
      default:
        this.#later(fault.amount, () => this.#put(text))
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Ends the line without a closing frame. */
  cut(): void {
    this.#socket.terminate()
  }

  #put(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > BACKLOG_MAX) this.#socket.terminate()
    else this.#socket.send(text)
  }
}

/** The text with its last digit changed. */
function corrupted(text: string): string {
  const at = text.search(/\d(?=\D*$)/)
  return at < 0 ? text : `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`
}
