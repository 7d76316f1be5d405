/** The window of an account that has set none, seconds. */
const USUAL_SECONDS = 10

/** Cancel on disconnect of one account: how long to wait, the sockets that hold it off, since when there are none. */
interface Guard {
  seconds: number
  sockets: number
  since: number | undefined
}

/** Cancel on disconnect: an account's orders end when every socket that has its topic has been gone for its window. */
export class DisconnectGuards {
  readonly #guards = new Map<number, Guard>()

  /** Sets the window of an account. */
  set(account: number, seconds: number): void {
    this.#of(account).seconds = seconds
  }

  /** A socket with the topic has come (1) or gone (-1). @param now milliseconds */
  count(account: number, change: 1 | -1, now: number): void {
    const guard = this.#of(account)
    guard.sockets += change
    guard.since = guard.sockets === 0 ? now : undefined
  }

  /** The accounts whose window has run out, once each. @param now milliseconds */
  due(now: number): readonly number[] {
    const due = [...this.#guards].filter(
      ([, { since, seconds }]) => since !== undefined && now - since >= seconds * 1000,
    )
    for (const [, guard] of due) guard.since = undefined
    return due.map(([account]) => account)
  }

  #of(account: number): Guard {
    const guard = this.#guards.get(account) ?? { seconds: USUAL_SECONDS, sockets: 0, since: undefined }
    this.#guards.set(account, guard)
    return guard
  }
}
