import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@velocimex/core/assert'
import type { JournalHistory } from '@velocimex/core/bus/journal'
import { type Micros, micros } from '@velocimex/core/clock/micros'
import { AccountBooks } from '@velocimex/core/ledger/account-books'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toMinor } from '@velocimex/core/market/money'
import type { Fill } from '@velocimex/core/order/fill'
import { MakerShare } from '@velocimex/core/report/maker-share'
import { readJsonFile } from '@velocimex/host/config/read-json-file'
import { z } from 'zod'
import { CashFlows } from './cash-flows.ts'
import { replaceFile } from './durable-file.ts'
import { type BookedFill, type CarriedFills, FillHistory } from './fill-history.ts'

const openingSchema = z.strictObject({
  at: z.int(),
  /** Booked units by asset, in decimal digits. */
  balances: z.record(z.string(), z.string().regex(/^-?\d+$/)),
})
const correctionsSchema = z.array(
  z.strictObject({ at: z.int(), code: z.string(), units: z.string().regex(/^-?\d+$/), reason: z.string() }),
)
/** What the account had when it was first traded by us. */
export type Opening = z.infer<typeof openingSchema>

/** What a snapshot of an account holds: its orders, and the fills from which its books are kept. */
interface AccountImage {
  readonly orders: string
  readonly fills: readonly (Omit<BookedFill, 'fee' | 'strategy'> & {
    readonly fee: string
    readonly strategy?: string
  })[]
  /** What the fills before those came to, as text; amounts are digits followed by n. */
  readonly carried?: string
}

const CORRECTIONS_MAX = 1_000
/** Until a difference counts, microseconds: every fill is asked for meanwhile, and a message may be on its way. */
export const CONFIRM_AFTER = 5_000_000

/**
 * The books of an account as they outlive the process: what it had at first, and every fill since, of which the journal
 * keeps the newest, a snapshot those before, and what the oldest came to. The ledger is posted anew from them at every
 * start.
 */
export class AccountJournal {
  readonly books: AccountBooks
  readonly fills: FillHistory
  /** What came and went without an order. */
  readonly flows: CashFlows
  /** How much was made resting, by the fills that are kept and those of this life. */
  readonly maker = new MakerShare()
  readonly #path: string
  readonly #instruments: InstrumentTable
  readonly #correctionsPath: string
  #corrections: z.infer<typeof correctionsSchema> = []
  /** Venue's instant of the newest fill, by instrument. */
  readonly #newest = new Map<number, number>()
  opening: Opening | undefined

  /** @param fillsMax see `FILLS_MAX` */
  constructor(directory: string, instruments: InstrumentTable, fillsMax?: number) {
    this.fills = new FillHistory(instruments, fillsMax)
    this.#instruments = instruments
    this.#path = join(directory, 'opening.json')
    this.#correctionsPath = join(directory, 'corrections.json')
    this.books = new AccountBooks(instruments, { owner: 1, allowShort: true })
    this.flows = new CashFlows(directory, this.books)
    if (!existsSync(this.#path)) return
    this.opening = readJsonFile(this.#path, openingSchema)
    this.#deposit(this.opening)
    if (existsSync(this.#correctionsPath)) this.#corrections = readJsonFile(this.#correctionsPath, correctionsSchema)
    for (const { at, code, units, reason } of this.#corrections)
      this.books.reconcileCash(code, this.books.cash(code) + BigInt(units), reason, micros(at))
  }

  /** The first start: what the venue says the account has is where our books begin. */
  open(opening: Opening): void {
    assert(this.opening === undefined, 'the books are opened once', this.#path)
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
    this.fills.add({ ...fill, strategy })
    this.maker.take(fill, this.#instruments.at(instrument))
    const realised = this.books.fill(fill)
    const newest = this.#newest.get(instrument) ?? 0
    this.#newest.set(instrument, Math.max(newest, at))
    if (at >= newest) return realised
    return realised + this.books.reorder(instrument, this.fills.of(instrument), at, this.fills.before(instrument))
  }

  /**
   * The venue holds another amount of an asset than our books: they follow, and will in every life to come.
   * @throws Error of the file system, and then nothing is booked
   */
  correct(code: string, held: bigint, reason: string, at: Micros): void {
    const units = String(held - this.books.cash(code))
    const corrections = bounded([...this.#corrections, { at, code, units, reason }])
    replaceFile(this.#correctionsPath, JSON.stringify(corrections))
    this.#corrections = corrections
    this.books.reconcileCash(code, held, reason, at)
  }

  /**
   * Whether a correction of an asset contains what happened at an instant of the venue. One is booked when the venue has
   * said the same twice, so what it contains lies farther back than the time between: half of that is left to clocks.
   */
  isCorrectedSince(code: string, at: number): boolean {
    return this.#corrections.some(each => each.code === code && at < each.at - CONFIRM_AFTER / 2)
  }

  /** What there is of each asset in which profit is settled, booked units. */
  get capital(): { readonly code: string; readonly amount: bigint }[] {
    const codes = new Set(this.#instruments.all.map(({ settle }) => settle.code))
    return [...codes].map(code => ({ code, amount: this.books.cash(code) }))
  }

  /** How often the books had to follow the venue. */
  get corrections(): number {
    return this.#corrections.length
  }

  /** Takes the fills of a snapshot, and gives the history that is left for the orders. */
  restore(history: JournalHistory): JournalHistory {
    const { snapshot } = history
    if (snapshot === undefined) return history
    const image = JSON.parse(snapshot.state) as AccountImage
    if (image.carried !== undefined) this.#carry(JSON.parse(image.carried, readUnits) as CarriedFills)
    for (const { strategy = '', ...fill } of image.fills)
      this.book({ ...fill, fee: toMinor(BigInt(fill.fee)) }, strategy)
    return { ...history, snapshot: { through: snapshot.through, state: image.orders } }
  }

  /** The state for a snapshot. */
  stateOf(orders: string): string {
    const { carried, recent } = this.fills
    const image: AccountImage = {
      orders,
      fills: recent.map(fill => ({ ...fill, fee: String(fill.fee) })),
      ...(carried === undefined ? {} : { carried: JSON.stringify(carried, writeUnits) }),
    }
    return JSON.stringify(image)
  }

  #carry(carried: CarriedFills): void {
    this.fills.carry(carried)
    this.books.carry(carried.books, micros(carried.through))
    for (const { instrument } of carried.books.positions) this.#newest.set(instrument, carried.through)
  }

  #deposit({ at, balances }: Opening): void {
    for (const [code, units] of Object.entries(balances))
      if (BigInt(units) !== 0n) this.books.deposit(code, BigInt(units), at as never)
  }
}

const writeUnits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)
const readUnits = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value

/** Beyond a thousand, those of one asset become one. */
function bounded(corrections: z.infer<typeof correctionsSchema>): z.infer<typeof correctionsSchema> {
  if (corrections.length <= CORRECTIONS_MAX) return corrections
  const sums = new Map<string, bigint>()
  for (const { code, units } of corrections) sums.set(code, (sums.get(code) ?? 0n) + BigInt(units))
  const { at } = corrections.at(-1)!
  return [...sums].map(([code, units]) => ({ at, code, units: String(units), reason: 'earlier corrections' }))
}
