import { EquityWatch } from './equity-watch.ts'
import type { Standing } from './limit-check.ts'
import { type Scope, scopeKey } from './limit-scope.ts'

/**
 * How every account, every strategy and the whole stand: what limits of loss and leverage ask. A scope stands like its
 * strategy, if it names one, else like its account, else like all accounts together; symbols and venues have no equity of
 * their own.
 */
export class Standings implements Standing {
  readonly #dayBegins: number
  readonly #watches = new Map<string, EquityWatch>()
  // Limits ask with the same scope again and again: found by identity, its key is not written each time.
  readonly #byScope = new WeakMap<Scope, EquityWatch>()
  readonly #strategies = new Map<string, bigint | undefined>()
  readonly #known = new Map<string, bigint | undefined>()

  /**
   * @param accounts all that trade; the whole is known when each of them is
   * @param dayBegins see `EquityWatch`
   */
  constructor(accounts: readonly string[], dayBegins = 0) {
    this.#dayBegins = dayBegins
    for (const account of accounts) this.#known.set(account, undefined)
  }

  /** The watch that a scope stands by, for screens and for keeping over a restart. */
  watch(scope: Scope): EquityWatch {
    const known = this.#byScope.get(scope)
    if (known !== undefined) return known
    const key = keyOf(scope)
    let watch = this.#watches.get(key)
    if (watch === undefined) {
      watch = new EquityWatch(this.#dayBegins)
      this.#watches.set(key, watch)
    }
    this.#byScope.set(scope, watch)
    return watch
  }

  /** Strategies whose worth was ever told. */
  get strategies(): readonly string[] {
    return [...this.#strategies.keys()]
  }

  /** Worth of an account; undefined when it is not known, and then the last one is not relied on. */
  takeAccount(account: string, equity: bigint | undefined, now: number): void {
    this.#known.set(account, equity)
    if (equity !== undefined) this.watch({ account }).take(equity, now)
    let sum = 0n
    for (const each of this.#known.values()) {
      if (each === undefined) return
      sum += each
    }
    this.watch({}).take(sum, now)
  }

  /** Worth of what a strategy runs: its capital and what it has made of it; undefined while it is not known. */
  takeStrategy(strategy: string, equity: bigint | undefined, now: number): void {
    this.#strategies.set(strategy, equity)
    if (equity !== undefined) this.watch({ strategy }).take(equity, now)
  }

  /** Money came to an account from outside (negative: went there). */
  flow(account: string, amount: bigint): void {
    this.watch({ account }).flow(amount)
    this.watch({}).flow(amount)
  }

  /** Worth now. */
  equity(scope: Scope): bigint | undefined {
    return this.#isKnown(scope) ? this.watch(scope).record?.equity : undefined
  }

  /** Worth when the day began. */
  dayStart(scope: Scope): bigint | undefined {
    return this.watch(scope).record?.dayStart
  }

  /** Highest worth so far. */
  peak(scope: Scope): bigint | undefined {
    return this.watch(scope).record?.peak
  }

  #isKnown({ strategy, account }: Scope): boolean {
    if (strategy !== undefined) return this.#strategies.get(strategy) !== undefined
    if (account !== undefined) return this.#known.get(account) !== undefined
    for (const equity of this.#known.values()) if (equity === undefined) return false
    return true
  }
}

const keyOf = ({ strategy, account }: Scope): string =>
  scopeKey(strategy !== undefined ? { strategy } : account !== undefined ? { account } : {})
