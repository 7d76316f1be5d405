import { Heartbeat, type HeartbeatRule } from './heartbeat.ts'
import { Outbox, type SendRule } from './outbox.ts'
import { type AckRule, Subscriptions } from './subscriptions.ts'

/** What a venue says about one of its sockets: all instants are derived from these numbers. */
export interface LinkRules extends AckRule {
  readonly heartbeats: readonly HeartbeatRule[]
  /** Milliseconds without a single byte after which the peer is dead, whatever the heartbeats say. */
  readonly silenceMs: number
  /** Frames that the venue takes from us, pings and pongs included. */
  readonly sends: SendRule
}

/** How to say things to a venue. It is asked anew for every connection: a log-in may carry the time. */
export interface VenueSpeech {
  /** Texts that ask for topics, in the order of sending. */
  subscribe(topics: readonly string[]): readonly string[]
  unsubscribe(topics: readonly string[]): readonly string[]
  /** Texts of a log-in. When given, subscriptions wait for `greeted`. */
  greet?(): readonly string[]
}

/**
 *     connecting -> [greeting ->] subscribing -> live -> stale | closing -> ended
 *
 * `stale` is a peer that is given up for its silence and whose socket is not gone yet.
 */
export type LinkState = 'connecting' | 'greeting' | 'subscribing' | 'live' | 'stale' | 'closing' | 'ended'

/** What a life asks of the socket, and what it tells. */
export interface LinkOrders {
  /** @param text undefined for a ping frame */
  send(text: string | undefined): void
  close(): void
  terminate(): void
  /** Every topic is acknowledged, for the first time. */
  live(): void
  /** These were asked for again and again and are not acknowledged. Told once a topic. */
  missing(topics: readonly string[]): void
}

/** The life of one socket, without the socket: instants and what came go in, orders come out. Instants in microseconds. */
export class LinkLife {
  readonly #rules: LinkRules
  readonly #speech: VenueSpeech
  readonly #orders: LinkOrders
  readonly #outbox: Outbox
  readonly #subscriptions: Subscriptions
  readonly #topics: ReadonlySet<string>
  readonly #reported = new Set<string>()
  #heartbeats: Heartbeat[] = []
  #state: LinkState = 'connecting'
  #openedAt = 0
  #heardAt = 0
  #greetDueAt = Number.POSITIVE_INFINITY

  /** @param topics what to subscribe to when open; the caller's set, which may change before */
  constructor(rules: LinkRules, speech: VenueSpeech, topics: ReadonlySet<string>, orders: LinkOrders) {
    this.#rules = rules
    this.#speech = speech
    this.#topics = topics
    this.#orders = orders
    this.#outbox = new Outbox(rules.sends)
    this.#subscriptions = new Subscriptions(rules)
  }

  get state(): LinkState {
    return this.#state
  }

  /** When it opened; 0 before. */
  get openedAt(): number {
    return this.#openedAt
  }

  /** Whether it is live with nothing unacknowledged. */
  get isReady(): boolean {
    return this.#state === 'live' && this.#subscriptions.isComplete
  }

  /** Whether it is open and not being given up. */
  get isUsable(): boolean {
    return this.#state === 'greeting' || this.#state === 'subscribing' || this.#state === 'live'
  }

  /** When `tick` has something to do; Infinity when only the outside can move it. */
  get nextAt(): number {
    if (!this.isUsable) return Number.POSITIVE_INFINITY
    let next = Math.min(this.#heardAt + this.#rules.silenceMs * 1000, this.#outbox.nextAt, this.#greetDueAt)
    for (const heartbeat of this.#heartbeats) next = Math.min(next, heartbeat.nextAt)
    return this.#state === 'greeting' ? next : Math.min(next, this.#subscriptions.nextAt)
  }

  /** The handshake is through. */
  opened(now: number): void {
    this.#openedAt = now
    this.#heardAt = now
    this.#heartbeats = this.#rules.heartbeats.map(rule => new Heartbeat(rule, now))
    const greeting = this.#speech.greet?.() ?? []
    this.#state = 'greeting'
    if (greeting.length === 0) this.greeted(now)
    else {
      this.#greetDueAt = now + Math.max(this.#rules.ackMs, 1_000) * 1000
      this.#say(greeting, now)
    }
  }

  /** The venue accepted the log-in. */
  greeted(now: number): void {
    if (this.#state !== 'greeting') return
    this.#greetDueAt = Number.POSITIVE_INFINITY
    this.#state = 'subscribing'
    this.subscribe([...this.#topics], now)
  }

  /** Asks for topics, first or again. Before the link is open this is not needed: opening asks for all. */
  subscribe(topics: readonly string[], now: number): void {
    if (this.#state !== 'subscribing' && this.#state !== 'live') return
    this.#subscriptions.ask(topics, now)
    if (topics.length > 0) this.#say(this.#speech.subscribe(topics), now)
    this.#settle()
  }

  /** Leaves topics. */
  unsubscribe(topics: readonly string[], now: number): void {
    if (this.#state !== 'subscribing' && this.#state !== 'live') return
    this.#subscriptions.drop(topics)
    for (const topic of topics) this.#reported.delete(topic)
    if (topics.length > 0) this.#say(this.#speech.unsubscribe(topics), now)
    this.#settle()
  }

  /** The venue refuses a topic for good. */
  refuse(topic: string): void {
    this.#subscriptions.drop([topic])
    this.#reported.delete(topic)
    this.#settle()
  }

  /**
   * Leaves a topic and asks for it anew, for venues that send a whole book at the beginning of a subscription. Nothing
   * happens while it is being asked for: a second leaving behind the first asking would end what has just begun.
   */
  resync(topic: string, now: number): void {
    if (this.#subscriptions.isAsking(topic)) return
    this.unsubscribe([topic], now)
    this.subscribe([topic], now)
  }

  /** The venue acknowledged a topic. */
  acknowledge(topic: string): void {
    if (!this.#subscriptions.acknowledge(topic)) return
    this.#reported.delete(topic)
    this.#settle()
  }

  /** A pong frame came. */
  pong(): void {
    for (const heartbeat of this.#heartbeats) if (heartbeat.rule.expect === 'pong') heartbeat.answered()
  }

  /** Whether a message is the text that answers a heartbeat: then it is for nobody else. */
  isAnswer(bytes: Uint8Array, from: number, to: number): boolean {
    for (const heartbeat of this.#heartbeats) {
      const { expect } = heartbeat.rule
      if (typeof expect !== 'object' || expect.text.length !== to - from) continue
      if (Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1') !== expect.text) continue
      heartbeat.answered()
      return true
    }
    return false
  }

  /** Time has passed. @param heardAt when the last bytes came */
  tick(now: number, heardAt: number): void {
    if (!this.isUsable) return
    this.#heardAt = Math.max(heardAt, this.#openedAt)
    const isSilent = now - this.#heardAt >= this.#rules.silenceMs * 1000
    if (isSilent || now >= this.#greetDueAt || !this.#beat(now)) {
      this.#giveUp()
      return
    }
    if (this.#state !== 'greeting' && !this.#askAgain(now)) return
    this.#flush(now)
  }

  /** Says good-bye; the peer's last messages still count. */
  close(): void {
    if (this.#state === 'connecting') this.terminate()
    if (!this.isUsable) return
    this.#state = 'closing'
    this.#orders.close()
  }

  /** Lets go without a word. */
  terminate(): void {
    if (this.#state === 'ended') return
    this.#state = 'closing'
    this.#orders.terminate()
  }

  /** The socket is gone. */
  ended(): void {
    this.#state = 'ended'
  }

  /** Returns false when an answer is overdue. */
  #beat(now: number): boolean {
    for (const heartbeat of this.#heartbeats) {
      const step = heartbeat.tick(now, this.#heardAt)
      if (step === 'overdue') return false
      const { send } = heartbeat.rule
      if (step === 'send') this.#outbox.putFirst(send === 'ping' ? undefined : send.text)
    }
    return true
  }

  /** Returns false when the link was given up because the venue acknowledges nothing at all. */
  #askAgain(now: number): boolean {
    const topics = this.#subscriptions.overdue(now)
    if (topics.length === 0) return true
    const missing = this.#subscriptions.missing.filter(topic => !this.#reported.has(topic))
    for (const topic of missing) this.#reported.add(topic)
    if (missing.length > 0) this.#orders.missing(missing)
    if (missing.length > 0 && this.#subscriptions.held === 0) {
      this.#giveUp()
      return false
    }
    // A venue may refuse a whole request for one topic in it: in short runs it spoils few others, and in the end none.
    const run = Math.floor(Math.sqrt(topics.length))
    for (let from = 0; from < topics.length; from += run)
      this.#say(this.#speech.subscribe(topics.slice(from, from + run)), now)
    return true
  }

  #say(texts: readonly string[], now: number): void {
    for (const text of texts)
      if (!this.#outbox.put(text)) {
        this.#giveUp()
        return
      }
    this.#flush(now)
  }

  #flush(now: number): void {
    this.#outbox.flush(now, text => this.#orders.send(text))
  }

  #settle(): void {
    if (this.#state !== 'subscribing' || !this.#subscriptions.isComplete) return
    this.#state = 'live'
    this.#orders.live()
  }

  #giveUp(): void {
    this.#state = 'stale'
    this.#orders.terminate()
  }
}
