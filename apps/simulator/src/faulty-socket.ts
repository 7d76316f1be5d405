import type { Duplex } from 'node:stream'
import type { ClientSocket } from '@velocimex/venues/venue-dialect'
import type { WebSocket } from 'ws'
import type { Fault, FaultPlan } from './fault-plan.ts'

/** Bytes that may wait for a slow client before it is cut off. */
const BACKLOG_MAX = 32 << 20
/** A closing frame without a code is told to the peer's reader as this one. */
const NO_CODE = 1005
/** Bytes of the reason in a closing frame, behind the code. */
const REASON_MAX = 123

/**
 * A client's socket behind the faults: what the dialect sends passes through the plan. It is there before its line is:
 * a dialect says whether it has anything at an address, and may greet, before the handshake is answered.
 */
export class FaultySocket implements ClientSocket {
  readonly #plan: FaultPlan
  readonly #later: (milliseconds: number, run: () => void) => void
  readonly #early: string[] = []
  #socket: WebSocket | undefined
  #line: Duplex | undefined
  #held: string | undefined

  constructor(plan: FaultPlan, later: (milliseconds: number, run: () => void) => void) {
    this.#plan = plan
    this.#later = later
  }

  /** The handshake is done: sends what was said before it. @param line below the socket */
  attach(socket: WebSocket, line: Duplex): void {
    this.#socket = socket
    this.#line = line
    for (const text of this.#early.splice(0)) this.#put(text)
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

  /** @param code any of 16 bits, also one that no peer may send; 1005 for a closing frame without a code */
  close(code: number, reason: string): void {
    if (code === NO_CODE) this.#socket?.close()
    else if (maySend(code)) this.#socket?.close(code, reason)
    else this.#line?.end(closingFrame(code, reason))
  }

  /** Ends the line without a closing frame. */
  cut(): void {
    this.#socket?.terminate()
  }

  #put(text: string): void {
    const socket = this.#socket
    if (socket === undefined) this.#early.push(text)
    else if (socket.readyState !== socket.OPEN) return
    else if (socket.bufferedAmount > BACKLOG_MAX) socket.terminate()
    else socket.send(text)
  }
}

/** RFC 6455, section 7.4: the codes that a peer may put into a closing frame, and that `ws` puts there. */
const maySend = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1006].includes(code)) || code >= 3000

/** A closing frame with a code that a library refuses to send, unmasked as a server's are. */
function closingFrame(code: number, reason: string): Buffer {
  const words = Buffer.from(reason).subarray(0, REASON_MAX)
  return Buffer.concat([Buffer.from([0x88, words.length + 2, code >> 8, code & 0xff]), words])
}

/** The text with its last digit changed. */
function corrupted(text: string): string {
  const at = text.search(/\d(?=\D*$)/)
  return at < 0 ? text : `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`
}
