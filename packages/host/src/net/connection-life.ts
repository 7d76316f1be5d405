import { assert } from '@velocimex/core/assert'
import type { Random } from '@velocimex/core/clock/random'
import { Backoff } from './backoff.ts'
import type { ConnectionRules, ConnectionState } from './connection-rules.ts'
import { LinkLife, type VenueSpeech } from './link-life.ts'
import type { SocketEnd } from './market-socket.ts'

/** What a life asks of its driver, and what it tells. Links are numbered 1, 2, 3, ... */
export interface ConnectionOrders {
  /** Asks whether a link may be opened: venues limit attempts by address. @returns `now`, or the instant to ask again */
  admit(now: number): number
  open(link: number): void
  /** @param text undefined for a ping frame */
  send(link: number, text: string | undefined): void
  close(link: number): void
  terminate(link: number): void
  /** A link has every topic. From now on it is the one that counts. */
  live(link: number): void
  /** The link that counted is gone, and no other is live: what came over it can no longer be trusted. */
  lost(link: number, end: SocketEnd | undefined): void
  /** A link that was to replace the one that counts did not come so far. That one goes on, and another is tried. */
  failed(link: number, end: SocketEnd): void
  /** Another link took over before this one went. Messages that were on their way still come until here. */
  retired(link: number): void
  /** Asked for again and again, and not acknowledged. */
  missing(topics: readonly string[]): void
}

/** Bans are probed once a minute at most. */
const BAN_PROBE_MS = 60_000
/** Attempts asked for by hand are a second apart at least. */
const ATTEMPT_GAP_US = 1_000_000
const TOPICS_MAX = 10_000

/**
 * The life of one connection to a venue, without sockets: it opens a link, opens another when that one is lost, with
 * growing waits, and replaces a link that grows old by a second one that is live before the first is closed. Instants are
 * microseconds. Both links of a rollover deliver; who listens tells them apart by their numbers.
 */
export class ConnectionLife {
  readonly #rules: ConnectionRules
  readonly #speech: VenueSpeech
  readonly #orders: ConnectionOrders
  readonly #random: Random
  readonly #backoff: Backoff
  readonly #topics = new Set<string>()
  readonly #links = new Map<number, LinkLife>()
  #isStopped = true
  #count = 0
  /** The link that counts, and the one that is to replace it; 0 when there is none. */
  #primary = 0
  #successor = 0
  /** When the next link is to be opened: without a primary a new one, with a primary its successor. */
  #openAt = Number.POSITIVE_INFINITY
  #openedLastAt = Number.NEGATIVE_INFINITY
  #liveAt = Number.NaN

  constructor(rules: ConnectionRules, speech: VenueSpeech, random: Random, orders: ConnectionOrders) {
    this.#rules = rules
    this.#speech = speech
    this.#orders = orders
    this.#random = random
    this.#backoff = new Backoff(random)
  }

  get state(): ConnectionState {
    if (this.#isStopped) return 'stopped'
    const link = this.#links.get(this.#primary)
    return link === undefined || link.state === 'ended' ? 'waiting' : link.state
  }

  /** Whether the link that counts has every topic. Nobody may trade on what comes while this is false. */
  get isReady(): boolean {
    return this.#links.get(this.#primary)?.isReady === true
  }

  /** The link that counts; 0 while there is none. */
  get primary(): number {
    return this.#primary
  }

  /** Links that are not gone, those included that are being closed. */
  get links(): number {
    return this.#links.size
  }

  /** Whether a link counts or is to replace the one that does, and is still to be opened. */
  isWanted(link: number): boolean {
    return (link === this.#primary || link === this.#successor) && this.#links.get(link)?.state === 'connecting'
  }

  /** When `tick` has something to do; Infinity when only the outside can move it. */
  get nextAt(): number {
    let next = this.#openAt
    for (const link of this.#links.values()) next = Math.min(next, link.nextAt)
    return next
  }

  start(now: number): void {
    if (!this.#isStopped) return
    this.#isStopped = false
    this.#openAt = Math.max(now, this.#openedLastAt + ATTEMPT_GAP_US)
    this.#openDue(now)
  }

  /** Closes what is open and opens nothing more. */
  stop(): void {
    this.#isStopped = true
    this.#openAt = Number.POSITIVE_INFINITY
    this.#detach(this.#successor)?.close()
    this.#detach(this.#primary)?.close()
  }

  /** Wants topics from now on, on every link. @returns false when that would be too many; then none is added */
  follow(topics: readonly string[], now: number): boolean {
    const fresh = [...new Set(topics)].filter(topic => !this.#topics.has(topic))
    if (this.#topics.size + fresh.length > TOPICS_MAX) return false
    for (const topic of fresh) this.#topics.add(topic)
    for (const link of this.#links.values()) link.subscribe(fresh, now)
    return true
  }

  /** Wants these no longer. */
  unfollow(topics: readonly string[], now: number): void {
    const gone = topics.filter(topic => this.#topics.delete(topic))
    for (const link of this.#links.values()) link.unsubscribe(gone, now)
  }

  /** The venue refuses a topic for good: it is wanted no longer, and nothing is said about it. */
  refuse(topic: string): void {
    this.#topics.delete(topic)
    for (const link of this.#links.values()) link.refuse(topic)
  }

  /** Drops the links at once and connects anew, not waiting out a backoff. */
  reconnect(now: number): void {
    if (this.#isStopped) return
    this.#backoff.reset()
    this.#detach(this.#successor)?.terminate()
    this.#detach(this.#primary)?.terminate()
    this.#openAt = Math.max(now, this.#openedLastAt + ATTEMPT_GAP_US)
    this.#openDue(now)
  }

  /** Replaces the link that counts without an interruption: before its age does, or before a shutdown that was announced. */
  rollover(now: number): void {
    if (this.#successor !== 0 || this.#links.get(this.#primary)?.isUsable !== true) return
    this.#openAt = Math.max(now, this.#openedLastAt + ATTEMPT_GAP_US)
    this.#openDue(now)
  }

  /** Subscribes a topic anew. @returns false when it is not followed, or no link could ask */
  resync(topic: string, now: number): boolean {
    const link = this.#links.get(this.#primary)
    if (!this.#topics.has(topic) || link?.isUsable !== true) return false
    link.resync(topic, now)
    return true
  }

  opened(link: number, now: number): void {
    const life = this.#links.get(link)
    if (life?.state !== 'connecting') return
    life.opened(now)
    if (link === this.#primary) this.#planRollover(now)
  }

  /** The venue accepted the log-in of a link. */
  greeted(link: number, now: number): void {
    this.#links.get(link)?.greeted(now)
  }

  /** The venue acknowledged a topic on a link. */
  acknowledge(link: number, topic: string): void {
    this.#links.get(link)?.acknowledge(topic)
  }

  pong(link: number): void {
    this.#links.get(link)?.pong()
  }

  /** Whether a message only answers a heartbeat. */
  isAnswer(link: number, bytes: Uint8Array, from: number, to: number): boolean {
    return this.#links.get(link)?.isAnswer(bytes, from, to) === true
  }

  /** The socket of a link is gone. */
  ended(link: number, end: SocketEnd, now: number): void {
    const life = this.#links.get(link)
    if (life === undefined) return
    this.#links.delete(link)
    life.ended()
    if (link === this.#primary) this.#losePrimary(link, end, now)
    else if (link === this.#successor) {
      this.#successor = 0
      this.#openAt = this.#isStopped ? Number.POSITIVE_INFINITY : now + this.#wait(end)
      this.#orders.failed(link, end)
    } else this.#orders.retired(link)
  }

  /** Time has passed. @param heardAt when the last bytes of a link came */
  tick(now: number, heardAt: (link: number) => number): void {
    for (const [link, life] of this.#links) life.tick(now, heardAt(link))
    this.#openDue(now)
  }

  #openDue(now: number): void {
    if (now < this.#openAt) return
    const admittedAt = this.#orders.admit(now)
    this.#openAt = admittedAt > now ? admittedAt : Number.POSITIVE_INFINITY
    if (admittedAt > now) return
    this.#openedLastAt = now
    const link = ++this.#count
    const life = new LinkLife(this.#rules, this.#speech, this.#topics, {
      send: text => this.#orders.send(link, text),
      close: () => this.#orders.close(link),
      terminate: () => this.#orders.terminate(link),
      live: () => this.#live(link),
      missing: topics => this.#orders.missing(topics),
    })
    this.#links.set(link, life)
    assert(this.#primary === 0 || this.#successor === 0, 'a connection opens one link at a time', link)
    if (this.#primary === 0) this.#primary = link
    else this.#successor = link
    this.#orders.open(link)
  }

  #live(link: number): void {
    const life = this.#links.get(link)!
    this.#liveAt = life.openedAt
    const old = this.#primary
    if (link === this.#successor) {
      this.#primary = link
      this.#successor = 0
      this.#planRollover(life.openedAt)
    }
    this.#orders.live(link)
    if (old !== link) this.#links.get(old)?.close()
  }

  #losePrimary(link: number, end: SocketEnd | undefined, now: number): void {
    if (now - this.#liveAt >= this.#rules.stableMs * 1000) this.#backoff.reset()
    this.#liveAt = Number.NaN
    // A successor that is under way takes the place: it is nearer to being live than any new attempt.
    this.#primary = this.#successor
    this.#successor = 0
    this.#orders.lost(link, end)
    if (this.#isStopped) return
    this.#openAt = Number.POSITIVE_INFINITY
    if (this.#primary === 0) this.#openAt = now + this.#wait(end)
    else if (this.#links.get(this.#primary)!.openedAt > 0) this.#planRollover(now)
  }

  /** Whole microseconds until the next attempt. */
  #wait(end: SocketEnd | undefined): number {
    let waitMs = this.#backoff.next()
    if (end?.kind === 'refused') {
      const isBan = end.status === 418 || end.status === 403
      waitMs = Math.max(waitMs, end.retryAfterMs ?? 0, isBan ? BAN_PROBE_MS : 0)
    }
    return Math.ceil(waitMs * 1000)
  }

  /** A link no longer counts, and is to be closed by the caller. */
  #detach(link: number): LinkLife | undefined {
    const life = this.#links.get(link)
    if (life === undefined) return undefined
    if (link === this.#successor) this.#successor = 0
    else {
      this.#primary = 0
      this.#liveAt = Number.NaN
      this.#orders.lost(link, undefined)
    }
    return life
  }

  /** The link that counts will be old one day. A replacement that is under way already is replacement enough. */
  #planRollover(openedAt: number): void {
    if (this.#successor !== 0) return
    const { rolloverMs } = this.#rules
    const age = rolloverMs * (1 - 0.1 * this.#random.uniform())
    this.#openAt = rolloverMs === 0 ? Number.POSITIVE_INFINITY : openedAt + Math.round(age * 1000)
  }
}
