import type { Clock } from '../clock/clock.ts'
import { type AccountCorrection, type AccountDifference, type AccountTruth, subjectOf } from './account-truth.ts'

/** Our books, as far as they can be compared and corrected. */
export interface ReconciledBooks {
  /** Assets that the books can hold. */
  codes(): readonly string[]
  cash(code: string): bigint
  /** Derivatives whose positions the venue tells. */
  instruments(): readonly number[]
  netLots(instrument: number): number
  /** What a difference is worth in the account's currency, not signed; undefined while that is not known. */
  worth(difference: AccountDifference): bigint | undefined
  /** Books the venue's word. False when it cannot be booked now, for want of a price: it is tried again. */
  correct(difference: AccountDifference, reason: string, at: number): boolean
}

/** Told what reconciliation finds. */
export interface ReconciliationListener {
  onCorrection(correction: AccountCorrection): void
  /** Entries must stop, and a person must look. */
  onHalt(reason: string): void
  /** Whether the last comparison was clean: degradation follows it. */
  onMismatch(isMismatched: boolean, isRepeated: boolean): void
  /** The venue cannot be asked; nothing was concluded from that. */
  onSilent(failures: number, reason: string): void
  /** The venue holds something that no instrument of ours knows. */
  onUnknown(what: string): void
}

/** How patient and how strict it is. Durations in microseconds. */
export interface ReconciliationRule {
  /** Between two questions when all is well. */
  readonly interval: number
  /** Until the second question after a difference. */
  readonly confirmAfter: number
  /** Until a question without answer counts as failed. */
  readonly timeout: number
  /** What is off by more of its size is critical, bps, */
  readonly criticalBps: number
  /** unless it is worth less than this, booked units of the account's currency; then it is no repeat either. */
  readonly criticalFrom: bigint
  /** So many corrections within `repeatWindow` are critical, whatever their size. */
  readonly repeats: number
  readonly repeatWindow: number
}

/** Every 5 s; asked again after 500 ms; more than 5 % or three times in ten minutes halts. S2-ACC-23 to 26, S2-ALR-6. */
export const RECONCILIATION_RULE: ReconciliationRule = {
  interval: 5_000_000,
  confirmAfter: 500_000,
  timeout: 5_000_000,
  criticalBps: 500,
  criticalFrom: 0n,
  repeats: 3,
  repeatWindow: 600_000_000,
}

/** What reconciliation works with. */
export interface ReconciliationParts {
  readonly account: string
  readonly books: ReconciledBooks
  /** Asks the venue; the answer comes to `onTruth` or `onFailed` with the same number. */
  readonly ask: (question: number) => void
  readonly clock: Clock
  readonly listener: ReconciliationListener
  readonly rule: ReconciliationRule
  /** The books are empty because nothing was known, not because nothing is held: the first truth is taken over. */
  readonly isCold: boolean
}

/**
 * Compares our books with the venue every few seconds. The venue is right, but not at once: what differs must differ in
 * the same way in two answers in a row, and what has moved while the question was on its way is not compared, because a
 * fill may have overtaken the answer. A question that fails proves nothing and changes nothing.
 *
 * Reconciling what agrees does nothing, so doing it twice is doing it once; starting with nothing known ends in the same
 * books as starting with everything known.
 */
export class AccountReconciliation {
  readonly #parts: ReconciliationParts
  #question = 0
  #isAsked = false
  #askedAt = 0
  #dueAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #isCold: boolean
  // One entry for each position and balance of ours.
  #asked = new Map<string, bigint>()
  #suspected = new Map<string, bigint>()
  #corrected: number[] = []
  readonly #unknown = new Set<string>()

  constructor(parts: ReconciliationParts) {
    this.#parts = parts
    this.#isCold = parts.isCold
  }

  /** Asks when it is time. Call it at least every 100 ms. */
  tick(): void {
    const now = this.#parts.clock.now()
    const { timeout } = this.#parts.rule
    if (this.#isAsked && now - this.#askedAt >= timeout) this.#fail('no answer')
    if (this.#isAsked || now < this.#dueAt) return
    this.#isAsked = true
    this.#askedAt = now
    this.#asked = this.#ours()
    this.#parts.ask(++this.#question)
  }

  /** Asks with the next tick: after a reconnect, a late fill, an order in doubt. */
  hurry(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY
  }

  /** The venue's answer. One to an older question is ignored. */
  onTruth(question: number, truth: AccountTruth): void {
    if (!this.#isAsked || question !== this.#question) return
    this.#isAsked = false
    this.#failures = 0
    const { clock, listener, rule } = this.#parts
    const now = clock.now()
    const differences = this.#compare(truth)
    const confirmed = differences.filter(
      difference => this.#isCold || this.#suspected.get(subjectOf(difference)) === difference.venues - difference.ours,
    )
    const open = differences.filter(difference => !confirmed.includes(difference) || !this.#correct(difference, now))
    this.#suspected = new Map(open.map(difference => [subjectOf(difference), difference.venues - difference.ours]))
    this.#isCold &&= open.length > 0
    this.#corrected = this.#corrected.filter(at => now - at < rule.repeatWindow)
    listener.onMismatch(differences.length > 0, this.#corrected.length >= rule.repeats)
    this.#dueAt = now + (open.length > 0 ? rule.confirmAfter : rule.interval)
  }

  /** The question failed. Nothing is known, so nothing changes. */
  onFailed(question: number, reason: string): void {
    if (this.#isAsked && question === this.#question) this.#fail(reason)
  }

  #fail(reason: string): void {
    this.#isAsked = false
    this.#failures++
    this.#dueAt = this.#parts.clock.now() + this.#parts.rule.confirmAfter
    this.#parts.listener.onSilent(this.#failures, reason)
  }

  /** Everything of ours that can be compared, by its name. */
  #ours(): Map<string, bigint> {
    const { books } = this.#parts
    const ours = new Map<string, bigint>()
    for (const code of books.codes()) ours.set(`balance ${code}`, books.cash(code))
    for (const index of books.instruments()) ours.set(`position ${index}`, BigInt(books.netLots(index)))
    return ours
  }

  #compare(truth: AccountTruth): AccountDifference[] {
    const { books } = this.#parts
    const venues = new Map<string, bigint>()
    for (const { code, amount } of truth.balances) venues.set(`balance ${code}`, amount)
    for (const { instrument, netLots } of truth.positions) venues.set(`position ${instrument}`, BigInt(netLots))
    const ours = this.#ours()
    const differences: AccountDifference[] = []
    const look = (name: string, make: (own: bigint, told: bigint) => AccountDifference): void => {
      const own = ours.get(name)!
      const told = venues.get(name) ?? 0n
      venues.delete(name)
      if (own !== told && this.#asked.get(name) === own) differences.push(make(own, told))
    }
    // Positions first: correcting one moves the balance in which its profit is booked.
    for (const instrument of books.instruments())
      look(`position ${instrument}`, (own, told) => ({ kind: 'position', instrument, ours: own, venues: told }))
    for (const code of books.codes())
      look(`balance ${code}`, (own, told) => ({ kind: 'balance', code, ours: own, venues: told }))
    for (const [name, amount] of venues) if (amount !== 0n) this.#tellUnknown(name)
    return differences
  }

  #correct(told: AccountDifference, at: number): boolean {
    const { account, books, listener, rule } = this.#parts
    const cause = this.#isCold ? 'start' : 'mismatch'
    const ours = told.kind === 'position' ? told.ours : books.cash(told.code)
    const difference = { ...told, ours }
    if (difference.ours === difference.venues) return true
    const what = `${subjectOf(difference)}: ours ${difference.ours}, the venue's ${difference.venues}`
    const isCritical = !this.#isCold && this.#isLarge(difference)
    if (isCritical) listener.onHalt(what)
    if (!books.correct(difference, what, at)) return false
    if (!this.#isCold && !this.#isDust(difference)) this.#corrected.push(at)
    listener.onCorrection({ tag: 'RECON', account, at, difference, cause, isCritical })
    if (!isCritical && this.#corrected.length >= rule.repeats)
      listener.onHalt(`${this.#corrected.length} corrections in ${rule.repeatWindow / 1e6} s, last ${what}`)
    return true
  }

  #isLarge(difference: AccountDifference): boolean {
    const { rule } = this.#parts
    const [ours, venues] = [magnitude(difference.ours), magnitude(difference.venues)]
    const off = magnitude(difference.ours - difference.venues) * 10_000n
    const bps = BigInt(rule.criticalBps)
    if (off <= ours * bps || off <= venues * bps) return false
    return !this.#isDust(difference)
  }

  #isDust(difference: AccountDifference): boolean {
    const { books, rule } = this.#parts
    const worth = books.worth(difference)
    return worth !== undefined && worth < rule.criticalFrom
  }

  #tellUnknown(name: string): void {
    if (this.#unknown.has(name) || this.#unknown.size >= 10_000) return
    this.#unknown.add(name)
    this.#parts.listener.onUnknown(name)
  }
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
