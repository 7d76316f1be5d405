import type { AccountReconciliation } from '@velocimex/core/ledger/account-reconciliation'
import type { AccountTruth } from '@velocimex/core/ledger/account-truth'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { OrderCodec, VenueRequest } from '@velocimex/venues/order-venue'
import type { VenueGateway } from '../venue/venue-gateway.ts'
import type { AccountJournal } from './account-journal.ts'
import { askTruth, decimalsOf, type TruthParts, truthRequests } from './account-truth.ts'

/** Comparisons wait so long for room in the venue's limits, microseconds; then they are tried and may say why they fail. */
const HELD_MAX = 60_000_000

/** What care is taken of. */
export interface CareParts {
  readonly codec: OrderCodec
  readonly gateway: VenueGateway
  readonly instruments: InstrumentTable
  readonly journal: AccountJournal
  /** What the venue waits for our sign before it cancels everything itself. */
  readonly deadManMs: number
  now(): number
  onAlert(words: string): void
  /** Makes what compares our books with the venue's answers. @param isCold nothing was known of the account */
  reconcile(ask: (question: number) => void, isCold: boolean): AccountReconciliation
  /** The venue holds something else than our books. */
  onDifference(): void
  /** The key must not be traded with. */
  onDangerousKey(words: string): void
}

/** Looks after an account beside its orders: what its key may do, whether its money is where the venue says, a sign of life. */
export class AccountCare {
  /** Differences from the venue's balances and positions, in decimal text by asset or symbol; empty while they agree. */
  differences: Readonly<Record<string, string>> = {}
  /** The venue has told what the key may do, or never will. */
  isKeyChecked = false
  readonly #parts: CareParts
  readonly #truth: TruthParts
  #reconciliation: AccountReconciliation | undefined
  #isCold = false
  /** What a comparison costs; it is always the same. */
  #cost: readonly VenueRequest[] | undefined
  /** Since when the venue's limits leave no room for a comparison. */
  #heldAt: number | undefined

  constructor(parts: CareParts) {
    this.#parts = parts
    const { codec, gateway, instruments, journal } = parts
    const netLots = (index: number): number => journal.books.portfolio.netLots(index)
    this.#truth = { codec, gateway, instruments, netLots }
  }

  /** A key that can withdraw is not traded with: whoever steals this machine must not get the money. Asked until answered. */
  async checkKey(): Promise<void> {
    const { codec, gateway, onAlert } = this.#parts
    const request = codec.permissions(gateway.now())
    if (this.isKeyChecked) return
    if (request === undefined) {
      this.isKeyChecked = true // This venue does not tell.
      return
    }
    const answer = await gateway.send(request)
    if (typeof answer === 'string') return onAlert(`key permissions: ${answer}`)
    this.isKeyChecked = true
    const found = codec.readPermissions(request, answer)
    if (found.kind !== 'found') return onAlert(`key permissions are not told: ${found.code} ${found.words}`)
    if (found.value.canWithdraw === true) this.#parts.onDangerousKey('the key can withdraw: make one that cannot')
  }

  /** A first life begins its books with what the venue says that the account has. */
  async open(): Promise<void> {
    const { journal, onAlert } = this.#parts
    // Without room it is asked at the next call: a question of ours that waits is no alert.
    if (journal.opening !== undefined || !this.#hasRoom('other')) return
    const truth = await askTruth(this.#truth)
    if (typeof truth === 'string') return onAlert(truth)
    if (journal.opening !== undefined) return // Another answer was quicker.
    const balances = truth.balances.map(({ code, amount }) => [code, String(amount)])
    journal.open({ at: this.#parts.now(), balances: Object.fromEntries(balances) })
    this.#isCold = true
  }

  /**
   * Compares with the venue when it is time, and its limits leave room beside commands and audits: where they are narrow
   * comparisons are rarer. To be called several times a second. @param isSettled nothing is in doubt
   */
  tick(isSettled: boolean): void {
    if (this.#parts.journal.opening === undefined || !isSettled) return
    if (this.#isHeld()) return
    this.#reconciliation ??= this.#parts.reconcile(question => void this.#ask(question), this.#isCold)
    this.#reconciliation.tick()
  }

  #isHeld(): boolean {
    const now = this.#parts.now()
    if (this.#hasRoom('upkeep')) this.#heldAt = undefined
    else this.#heldAt ??= now
    return this.#heldAt !== undefined && now - this.#heldAt < HELD_MAX
  }

  #hasRoom(purpose: 'upkeep' | 'other'): boolean {
    this.#cost ??= truthRequests(this.#truth)
    return this.#parts.gateway.hasRoom(this.#cost, purpose)
  }

  /** Compares with the venue at the next tick. */
  hurry(): void {
    this.#reconciliation?.hurry()
  }

  async #ask(question: number): Promise<void> {
    const truth = await askTruth(this.#truth)
    if (typeof truth === 'string') return this.#reconciliation!.onFailed(question, truth)
    this.differences = this.#compare(truth)
    // A fill that was missed is the likeliest reason.
    if (Object.keys(this.differences).length > 0) this.#parts.onDifference()
    this.#reconciliation!.onTruth(question, truth)
  }

  #compare({ balances, positions }: AccountTruth): Record<string, string> {
    const { instruments, journal } = this.#parts
    const decimals = decimalsOf(instruments)
    const money = balances.map(({ code, amount }) => {
      const difference = amount - journal.books.cash(code)
      return [code, difference === 0n ? '' : formatScaled(difference, decimals.get(code)!)]
    })
    const held = positions.map(({ instrument, netLots }) => {
      const { symbol, quantity } = instruments.at(instrument)
      const difference = netLots - journal.books.portfolio.netLots(instrument)
      return [symbol, difference === 0 ? '' : formatOnGrid(difference, quantity)]
    })
    return Object.fromEntries([...money, ...held].filter(([, difference]) => difference !== ''))
  }

  /** Renews the venue's own dead-man switch, where it has one. */
  sayAlive(): void {
    const { codec, gateway, instruments, deadManMs } = this.#parts
    for (const { index } of instruments.all) {
      const request = codec.deadMan(index, deadManMs, gateway.now())
      if (request !== undefined) void gateway.send(request)
      // One switch for the whole account.
      if (request !== undefined && request.instrument < 0) return
    }
  }
}
