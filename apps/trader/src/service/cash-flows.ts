import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { micros } from '@velocimex/core/clock/micros'
import type { AccountBooks } from '@velocimex/core/ledger/account-books'
import { readJsonFile } from '@velocimex/host/config/read-json-file'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'

const flowSchema = z.strictObject({
  kind: z.enum(['funding', 'deposit', 'withdrawal', 'transfer']),
  code: z.string(),
  /** Booked units in decimal digits, positive when received. */
  units: z.string().regex(/^-?\d+$/),
  /** The venue's; the same when it tells the same again. */
  id: z.string(),
  at: z.int(),
  /** Symbol of what funding was paid for; absent where that is not known. */
  symbol: z.string().optional(),
  /** A correction had booked it before it was told: it takes that much of the correction back. */
  isFound: z.boolean().optional(),
})
const fileSchema = z.strictObject({
  /** What happened until then is in the sums of the earlier ones; microseconds. */
  through: z.int(),
  flows: z.array(flowSchema),
})
/** A payment as it is kept. */
export type KeptFlow = z.infer<typeof flowSchema>

/** Payments that are kept one by one, at the most. */
export const FLOWS_MAX = 1_000
const EARLIER = 'earlier ones'

/**
 * What came to an account and left it without an order: funding, which is profit or loss, and money from outside, which is
 * neither. Each is on disk before it is booked, and booked once, however often the venue tells it; every life posts them
 * anew.
 */
export class CashFlows {
  readonly #path: string
  readonly #books: AccountBooks
  readonly #max: number
  readonly #ids = new Set<string>()
  readonly #external = new Map<string, bigint>()
  #through = 0
  #flows: readonly KeptFlow[] = []

  /** @throws Error naming the file when it cannot be read */
  constructor(directory: string, books: AccountBooks, max = FLOWS_MAX) {
    this.#path = join(directory, 'cash-flows.json')
    this.#books = books
    this.#max = max
    if (!existsSync(this.#path)) return
    const { through, flows } = readJsonFile(this.#path, fileSchema)
    this.#through = through
    this.#flows = flows
    for (const flow of this.#flows) this.#post(flow)
    this.#follow()
  }

  /** Payments that are kept, the sums of the earlier ones first. */
  get all(): readonly KeptFlow[] {
    return this.#flows
  }

  /** Whether a payment is in the books, or so old that only reconciliation can tell. */
  has({ code, id, at }: Pick<KeptFlow, 'code' | 'id' | 'at'>): boolean {
    return at <= this.#through || this.#ids.has(`${code} ${id}`)
  }

  /** Money from outside less what went there since the account was opened, booked units. */
  external(code: string): bigint {
    return this.#external.get(code) ?? 0n
  }

  /**
   * Keeps and books a payment that is not there yet.
   * @throws Error of the file system, and then nothing is booked
   */
  book(flow: KeptFlow): void {
    const all = [...this.#flows, flow]
    const isFull = all.length > this.#max
    const { flows, through } = isFull ? folded(all) : { flows: all, through: this.#through }
    replaceFile(this.#path, JSON.stringify({ through: Math.max(through, this.#through), flows }))
    this.#through = Math.max(through, this.#through)
    this.#flows = flows
    if (isFull) this.#follow()
    else this.#ids.add(`${flow.code} ${flow.id}`)
    this.#post(flow)
  }

  #post({ kind, code, units, id, symbol, isFound, at }: KeptFlow): void {
    const amount = BigInt(units)
    const cause = [kind, symbol, id].filter(word => word !== undefined).join(' ')
    const held = this.#books.cash(code)
    if (isFound === true) this.#books.reconcileCash(code, held - amount, `told late: ${cause}`, micros(at))
    if (kind === 'funding') {
      this.#books.fundingPaid(code, amount, cause, micros(at))
      return
    }
    this.#books.deposit(code, amount, micros(at), cause)
    this.#external.set(code, this.external(code) + amount)
  }

  #follow(): void {
    this.#ids.clear()
    for (const { code, id } of this.#flows) this.#ids.add(`${code} ${id}`)
  }
}

/** The older half becomes sums, one for each kind, asset and symbol. */
function folded(flows: readonly KeptFlow[]): { flows: KeptFlow[]; through: number } {
  const all = flows.toSorted((one, other) => one.at - other.at)
  const older = all.slice(0, Math.ceil(all.length / 2))
  const sums = new Map<string, KeptFlow>()
  for (const flow of older) {
    const key = `${flow.kind} ${flow.code} ${flow.symbol ?? ''} ${flow.isFound === true}`
    const units = BigInt(flow.units) + BigInt(sums.get(key)?.units ?? 0n)
    sums.set(key, { ...flow, id: EARLIER, units: String(units) })
  }
  return { flows: [...sums.values(), ...all.slice(older.length)], through: older.at(-1)!.at }
}
