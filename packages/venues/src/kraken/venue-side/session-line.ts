import type { Random } from '@velocimex/core/clock/random'
import type { ClientSocket } from '../../venue-dialect.ts'
import { JsonObject, NumberText, readStrictJson } from '../../wire/strict-json.ts'
import type { ClientKeys } from './client-keys.ts'
import type { MarketRecord } from './market-record.ts'
import { SessionToken } from './session-token.ts'

const HEARTBEAT_MICROS = 1_000_000
const IDLE_MICROS = 60_000_000

/** Channels that one connection may follow. */
export const SUBSCRIPTIONS_MAX = 1000

/** What the sessions of both versions work with. */
export interface LineEnds {
  readonly market: MarketRecord
  readonly keys: ClientKeys
  readonly random: Random
  /** Microseconds. */
  now(): number
}

/** A command of a client: what it is called, the number that its answer bears, and the whole of it. */
export interface SessionCommand {
  readonly name: string
  readonly id: number | undefined
  readonly object: JsonObject
}

/** A client's socket as both versions use it: who speaks, what is sent and when, and the counts of private channels. */
export class SessionLine<Message> {
  readonly token: SessionToken
  readonly #socket: ClientSocket
  readonly #ends: LineEnds
  readonly #write: (message: Message) => string
  readonly #sequences = new Map<string, number>()
  #sentAt: number
  #heardAt: number

  /** @param write a message as text */
  constructor(socket: ClientSocket, ends: LineEnds, write: (message: Message) => string) {
    this.#socket = socket
    this.#ends = ends
    this.#write = write
    this.token = new SessionToken(ends.keys, () => ends.now())
    this.#sentAt = this.#heardAt = ends.now()
  }

  send(message: Message): void {
    this.#sentAt = this.#ends.now()
    this.#socket.send(this.#write(message))
  }

  /**
   * A text of the client as a command; undefined when it is none.
   * @param nameField of its name, `method` @param idField of the number that its answer bears, `req_id`
   */
  command(text: string, nameField: string, idField: string): SessionCommand | undefined {
    this.#heardAt = this.#ends.now()
    const object = readStrictJson(text)
    if (!(object instanceof JsonObject)) return undefined
    const name = object.fields.get(nameField)
    const id = object.fields.get(idField)
    const isNumber = id instanceof NumberText && /^\d{1,15}$/.test(id.text)
    return typeof name === 'string' ? { name, id: isNumber ? Number(id.text) : undefined, object } : undefined
  }

  /** State of the exchange in the venue's words, and a number for the connection. */
  status(): { readonly state: 'online' | 'cancel_only'; readonly connection: number } {
    const { market, random } = this.#ends
    const state = market.exchange.isOpen.some(open => open) ? 'online' : 'cancel_only'
    return { state, connection: 1 + random.below(2 ** 50) }
  }

  /** The number of the next message of a private channel: 1, 2, ... */
  next(channel: string): number {
    const sequence = (this.#sequences.get(channel) ?? 0) + 1
    this.#sequences.set(channel, sequence)
    return sequence
  }

  /** A private channel counts from 1 again. */
  restart(channel: string): void {
    this.#sequences.delete(channel)
  }

  /** Sends a heartbeat where nothing was sent for a second, and hangs up where nobody wants anything. @param now microseconds */
  tick(now: number, isSubscribed: boolean, heartbeat: Message): void {
    if (isSubscribed && now - this.#sentAt >= HEARTBEAT_MICROS) this.send(heartbeat)
    if (!isSubscribed && now - this.#heardAt >= IDLE_MICROS) this.#socket.close(1000, 'idle')
  }
}
