import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalHistory } from '@velocimex/core/bus/journal'
import { AccountBooks } from '@velocimex/core/ledger/account-books'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toMinor } from '@velocimex/core/market/money'
import type { Fill } from '@velocimex/core/order/fill'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'

const openingSchema = z.strictObject({
  at: z.int(),
  /** Booked units by asset, in decimal digits. */
  balances: z.record(z.string(), z.string().regex(/^-?\d+$/)),
})
/** What the account had when it was first traded by us. */
export type Opening = z.infer<typeof openingSchema>

/** An execution with the strategy whose order it was; empty when it was nobody's of ours. */
export interface BookedFill extends Fill {
  readonly strategy: string
}

/** What a snapshot of an account holds: its orders, and the fills from which its books are kept. */
interface AccountImage {
  readonly orders: string
  readonly fills: readonly (Omit<BookedFill, 'fee' | 'strategy'> & {
    readonly fee: string
    readonly strategy?: string
  })[]
}

/**
 * The books of an account as they outlive the process: what it had at first, and every fill since, of which the journal
 * keeps the newest and a snapshot the rest. The ledger is posted anew from them at every start.
 */
export class AccountJournal {
  readonly books: AccountBooks
  readonly fills: BookedFill[] = []
  readonly #path: string
  /** Venue's instant of the newest fill, by instrument. */
  readonly #newest = new Map<number, number>()
  opening: Opening | undefined

  constructor(directory: string, instruments: InstrumentTable) {
    this.#path = join(directory, 'opening.json')
    this.books = new AccountBooks(instruments, { owner: 1, allowShort: true })
    if (!existsSync(this.#path)) return
    this.opening = openingSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    this.#deposit(this.opening)
  }

  /** The first start: what the venue says the account has is where our books begin. */
  open(opening: Opening): void {
    replaceFile(this.#path, JSON.stringify(opening))
    this.opening = opening
    this.#deposit(opening)
  }

  /**
   * Books a fill. One that is told of after a later one (it was missed while the stream was away) changes what those behind
   * it have realised: the books follow the venue's order, and so agree with the venue to the last unit.
   * @param strategy whose order it was
   * @returns what it realised, booked units
   */
  book(fill: Fill, strategy: string): bigint {
    const { instrument, at } = fill
    this.fills.push({ ...fill, strategy })
    const realised = this.books.fill(fill)
    const newest = this.#newest.get(instrument) ?? 0
    this.#newest.set(instrument, Math.max(newest, at))
    if (at >= newest) return realised
    const own = this.fills.filter(each => each.instrument === instrument).sort((one, other) => one.at - other.at)
    return realised + this.books.reorder(instrument, own, at)
  }

  /** Takes the fills of a snapshot, and gives the history that is left for the orders. */
  restore(history: JournalHistory): JournalHistory {
    const { snapshot } = history
    if (snapshot === undefined) return history
    const image = JSON.parse(snapshot.state) as AccountImage
    for (const { strategy = '', ...fill } of image.fills)
      this.book({ ...fill, fee: toMinor(BigInt(fill.fee)) }, strategy)
    return { ...history, snapshot: { through: snapshot.through, state: image.orders } }
  }

  /** The state for a snapshot. */
  stateOf(orders: string): string {
    const image: AccountImage = { orders, fills: this.fills.map(fill => ({ ...fill, fee: String(fill.fee) })) }
    return JSON.stringify(image)
  }

  #deposit({ at, balances }: Opening): void {
    for (const [code, units] of Object.entries(balances))
      if (BigInt(units) !== 0n) this.books.deposit(code, BigInt(units), at as never)
  }
}
