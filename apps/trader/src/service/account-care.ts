import { formatScaled } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toUnits } from '@velocimex/venues/amounts'
import type { OrderCodec } from '@velocimex/venues/order-venue'
import type { VenueGateway } from '../venue/venue-gateway.ts'
import type { AccountJournal } from './account-journal.ts'

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
  /** The key must not be traded with. */
  onDangerousKey(words: string): void
}

/** Looks after an account beside its orders: what its key may do, whether its money is where the venue says, a sign of life. */
export class AccountCare {
  /** Differences from the venue's balances, in decimal text by asset; empty while they agree. */
  differences: Readonly<Record<string, string>> = {}
  readonly #parts: CareParts

  constructor(parts: CareParts) {
    this.#parts = parts
  }

  /** A key that can withdraw is not traded with: whoever steals this machine must not get the money. */
  async checkKey(): Promise<void> {
    const { codec, gateway, onAlert } = this.#parts
    const request = codec.permissions(gateway.now())
    if (request === undefined) return
    const answer = await gateway.send(request)
    if (typeof answer === 'string') return onAlert(`key permissions: ${answer}`)
    const found = codec.readPermissions(request, answer)
    if (found.kind !== 'found') return onAlert(`key permissions are not told: ${found.code} ${found.words}`)
    if (found.value.canWithdraw === true) this.#parts.onDangerousKey('the key can withdraw: make one that cannot')
  }

  /** Compares with the venue; the first comparison opens the books. */
  async reconcile(): Promise<void> {
    const { codec, gateway, journal, onAlert } = this.#parts
    const request = codec.balances(gateway.now())
    const answer = await gateway.send(request)
    if (typeof answer === 'string') return onAlert(`balances: ${answer}`)
    const found = codec.readBalances(request, answer)
    if (found.kind !== 'found') return onAlert(`balances: ${found.code} ${found.words}`)
    const decimals = this.#decimals()
    const held = found.value.filter(({ asset }) => decimals.has(asset))
    if (journal.opening === undefined) {
      const balances = held.map(({ asset, total }) => [asset, String(toUnits(total, decimals.get(asset)!))])
      journal.open({ at: this.#parts.now(), balances: Object.fromEntries(balances) })
      return
    }
    const differing = held.flatMap(({ asset, total }) => {
      const difference = toUnits(total, decimals.get(asset)!) - journal.books.cash(asset)
      return difference === 0n ? [] : [[asset, formatScaled(difference, decimals.get(asset)!)] as const]
    })
    this.differences = Object.fromEntries(differing)
  }

  /** Renews the venue's own dead-man switch, where it has one. */
  sayAlive(): void {
    const { codec, gateway, instruments, deadManMs } = this.#parts
    for (const { index } of instruments.all) {
      const request = codec.deadMan(index, deadManMs, gateway.now())
      if (request !== undefined) void gateway.send(request)
    }
  }

  #decimals(): ReadonlyMap<string, number> {
    const all = this.#parts.instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
    return new Map(all.map(({ code, decimals }) => [code, decimals]))
  }
}
