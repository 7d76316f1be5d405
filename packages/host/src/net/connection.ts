import { assert } from '@velocimex/core/assert'
import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import { ConnectionLife } from './connection-life.ts'
import type { ConnectionRules, ConnectionState } from './connection-rules.ts'
import type { VenueSpeech } from './link-life.ts'
import { MarketSocket, type MarketSocketOptions, type Region, type SocketEnd } from './market-socket.ts'
import type { Timers } from './timers.ts'

/** Where one socket is opened. */
export interface Target {
  readonly url: string
  /** Header lines of the handshake beside those of the protocol. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a connection needs beside its rules. */
export interface ConnectionParts {
  /**
   * Where to connect. Asked anew for every socket, because an address may carry a token, which may have to be fetched: a
   * promise that is settled within a time of its own. Broken, or kept with undefined, it is a failed attempt.
   */
  readonly target: () => Target | Promise<Target | undefined>
  readonly speech: VenueSpeech
  readonly rules: ConnectionRules
  /** One for each socket at a time: two, because a rollover overlaps. They may be parts of one codec's buffer. */
  readonly regions: readonly Region[]
  /** Bounds and TLS of the sockets. */
  readonly socket: Pick<MarketSocketOptions, 'messageMax' | 'openMs' | 'closeMs' | 'queuedMax' | 'tls'>
  readonly timers: Timers
  /** Spreads waits and rollovers. */
  readonly random: Random
  /**
   * Asked before every attempt, by all connections of an address; the one budget counts it when it allows it. Answers with
   * the instant `now`, or with the one at which to ask again. Without it, attempts are not limited beyond the waits.
   */
  readonly admit?: (now: Micros) => number
}

/** Microseconds by which a wake may be late. Later, the process was held up, and what came meanwhile is still unread. */
const LATE_US = 250_000

/** Is told what a connection does. Links are its sockets, numbered 1, 2, 3, ... */
export interface ConnectionListener {
  /** A whole message lies in `bytes` at [from, to) until this call returns; `at` is when it came, in microseconds. */
  message(link: number, bytes: Uint8Array, from: number, to: number, isBinary: boolean, at: Micros): void
  /** A link has every topic and is the one that counts. */
  live(link: number): void
  /** The link that counted is gone: books that were built from it are no longer the venue's. Undefined when we left it. */
  lost(link: number, end: SocketEnd | undefined): void
  /** A link that was to replace the one that counts did not come so far; that one goes on. */
  failed(link: number, end: SocketEnd): void
  /** A link that had been replaced, or left, is gone as well. */
  retired(link: number): void
  /** These topics were asked for again and again and not acknowledged; the connection is not ready, and asks on slowly. */
  missing(topics: readonly string[]): void
  state(state: ConnectionState): void
  /** Every topic is acknowledged on the link that counts, or no longer. Nobody trades while it is false. */
  ready(isReady: boolean): void
}

const NO_TARGET: SocketEnd = { kind: 'failed', code: 'no_target' }

interface OpenLink {
  readonly socket: MarketSocket
  readonly region: Region
}

/** Holds one connection to a venue for months: a `ConnectionLife` with real sockets and timers. */
export class Connection {
  readonly #parts: ConnectionParts
  readonly #listener: ConnectionListener
  readonly #life: ConnectionLife
  readonly #open = new Map<number, OpenLink>()
  readonly #hasTextAnswers: boolean
  readonly #heardAt = (link: number): number => this.#open.get(link)?.socket.heardAt ?? 0
  #takeBack: () => void = () => {}
  #wakeAt = Number.POSITIVE_INFINITY
  #isReadingFirst = false
  #toldState: ConnectionState = 'stopped'
  #toldReady = false

  constructor(parts: ConnectionParts, listener: ConnectionListener) {
    assert(parts.regions.length >= 2, 'a rollover needs two regions', parts.regions.length)
    this.#parts = parts
    this.#listener = listener
    this.#hasTextAnswers = parts.rules.heartbeats.some(({ expect }) => typeof expect === 'object')
    this.#life = new ConnectionLife(parts.rules, parts.speech, parts.random, {
      admit: now => parts.admit?.(now as Micros) ?? now,
      open: link => this.#openLink(link),
      send: (link, text) => this.#send(link, text),
      // A link without a socket waits for its target, and is let go when that comes.
      close: link => this.#open.get(link)?.socket.close(),
      terminate: link => this.#open.get(link)?.socket.terminate(),
      live: link => listener.live(link),
      lost: (link, end) => listener.lost(link, end),
      failed: (link, end) => listener.failed(link, end),
      retired: link => listener.retired(link),
      missing: topics => listener.missing(topics),
    })
  }

  get state(): ConnectionState {
    return this.#life.state
  }

  /** Whether every topic is subscribed on the link that counts. Nobody trades on what comes while this is false. */
  get isReady(): boolean {
    return this.#life.isReady
  }

  /** The link that counts; 0 while there is none. */
  get primary(): number {
    return this.#life.primary
  }

  /** When the last bytes came on the link that counts; 0 while there is none. */
  get heardAt(): number {
    return this.#heardAt(this.#life.primary)
  }

  start(): void {
    this.#life.start(this.#now())
    this.#settle()
  }

  /** Closes what is open; a later `start` opens anew. */
  stop(): void {
    this.#life.stop()
    this.#settle()
  }

  /** Wants topics. @returns false when the connection has too many; then none of them is added */
  follow(topics: readonly string[]): boolean {
    const isTaken = this.#life.follow(topics, this.#now())
    this.#settle()
    return isTaken
  }

  unfollow(topics: readonly string[]): void {
    this.#life.unfollow(topics, this.#now())
    this.#settle()
  }

  /** Drops the sockets and connects anew. */
  reconnect(): void {
    this.#life.reconnect(this.#now())
    this.#settle()
  }

  /** Replaces the socket by another that is live first. */
  rollover(): void {
    this.#life.rollover(this.#now())
    this.#settle()
  }

  /** Subscribes a topic anew. @returns false when it is not followed or no link is open */
  resync(topic: string): boolean {
    const isAsked = this.#life.resync(topic, this.#now())
    this.#settle()
    return isAsked
  }

  /** The caller saw the venue acknowledge a topic. */
  acknowledge(link: number, topic: string): void {
    this.#life.acknowledge(link, topic)
    this.#settle()
  }

  /** The caller saw the venue refuse a topic for good: an unknown symbol. It is asked for no more. */
  refuse(topic: string): void {
    this.#life.refuse(topic)
    this.#settle()
  }

  /** The caller saw the venue accept the log-in. */
  greeted(link: number): void {
    this.#life.greeted(link, this.#now())
    this.#settle()
  }

  /** Sends a text that is no subscription, on the link that counts. @returns whether it is on its way */
  send(text: string): boolean {
    return this.#open.get(this.#life.primary)?.socket.send(text) === undefined && this.#life.primary !== 0
  }

  #now(): Micros {
    return this.#parts.timers.now()
  }

  #openLink(link: number): void {
    const target = this.#parts.target()
    if (!(target instanceof Promise)) {
      this.#openSocket(link, target)
      return
    }
    target.then(
      found => {
        if (found === undefined || !this.#life.isWanted(link)) this.#ended(link, NO_TARGET)
        else this.#openSocket(link, found)
      },
      () => this.#ended(link, NO_TARGET),
    )
  }

  #openSocket(link: number, target: Target): void {
    const region = this.#freeRegion()
    const listener = {
      opened: () => {
        this.#life.opened(link, this.#now())
        this.#settle()
      },
      message: (bytes: Uint8Array, from: number, to: number, isBinary: boolean, at: Micros) => {
        if (this.#hasTextAnswers && this.#life.isAnswer(link, bytes, from, to)) return
        this.#listener.message(link, bytes, from, to, isBinary, at)
      },
      pong: () => this.#life.pong(link),
      ended: (end: SocketEnd) => this.#ended(link, end),
    }
    const options = { ...this.#parts.socket, ...target, region }
    this.#open.set(link, { socket: new MarketSocket(options, listener, this.#parts.timers), region })
  }

  #ended(link: number, end: SocketEnd): void {
    this.#open.delete(link)
    this.#life.ended(link, end, this.#now())
    this.#settle()
  }

  /** A region that no socket reads into; the oldest link that is only waiting to be gone gives up its own. */
  #freeRegion(): Region {
    for (const region of this.#parts.regions)
      if (![...this.#open.values()].some(link => link.region === region)) return region
    for (const [link, { socket, region }] of this.#open) {
      if (link === this.#life.primary) continue
      this.#open.delete(link)
      socket.terminate()
      return region
    }
    throw new Error('Invariant: one of two links is not the primary, was none')
  }

  #send(link: number, text: string | undefined): void {
    const socket = this.#open.get(link)?.socket
    const refusal = text === undefined ? socket?.ping() : socket?.send(text)
    // A peer that takes nothing any more is as good as dead.
    if (refusal === 'too_much_queued') socket?.terminate()
  }

  /** After everything that may have changed what comes next: the one timer, and the state. */
  #settle(): void {
    const { nextAt } = this.#life
    if (nextAt !== this.#wakeAt) {
      this.#takeBack()
      this.#wakeAt = nextAt
      if (nextAt === Number.POSITIVE_INFINITY) this.#takeBack = () => {}
      else this.#takeBack = this.#parts.timers.after(Math.max(0, nextAt - this.#now()) / 1000, () => this.#tick())
    }
    const { state, isReady } = this.#life
    if (this.#toldState !== state) {
      this.#toldState = state
      this.#listener.state(state)
    }
    if (this.#toldReady === isReady) return
    this.#toldReady = isReady
    this.#listener.ready(isReady)
  }

  #tick(): void {
    const now = this.#now()
    if (now - this.#wakeAt > LATE_US && !this.#isReadingFirst) {
      // Silence is judged only after the sockets were read.
      this.#isReadingFirst = true
      this.#takeBack = this.#parts.timers.after(1, () => this.#tick())
      return
    }
    this.#isReadingFirst = false
    this.#wakeAt = Number.NaN
    this.#life.tick(now, this.#heardAt)
    this.#settle()
  }
}
