import { assert } from '../assert.ts'

/** Numbers that fit below a million: a ledger's number is its kind and its unit. */
const UNITS_MAX = 1_000_000
const FNV_OFFSET = 0x6c62272e07bb014262b821756295c58dn
const FNV_PRIME = 0x0000000001000000000000000000013bn
const WORD = (1n << 128n) - 1n

/** FNV-1a of a name, 128 bits: stands in every account, so that it says itself what its units are. */
export function unitKey(name: string): bigint {
  let key = FNV_OFFSET
  for (const letter of name) key = ((key ^ BigInt(letter.codePointAt(0)!)) * FNV_PRIME) & WORD
  return key
}

/**
 * Numbers of assets, or of instruments, by name. What stands in a ledger keeps its number for ever; a new name gets the
 * next one. So a list that is put in another order does not turn bitcoins into dollars.
 */
export class UnitNumbers {
  readonly #byKey: Map<bigint, number>
  readonly #byName = new Map<string, number>()
  readonly #names = new Map<number, string>()
  #next: number

  /** @param known keys and numbers that stand in accounts already */
  constructor(known: Iterable<readonly [key: bigint, unit: number]> = []) {
    this.#byKey = new Map(known)
    this.#next = Math.max(-1, ...this.#byKey.values()) + 1
  }

  /** The number of a name; given out now if it has none. */
  number(name: string): number {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const unit = this.#byKey.get(unitKey(name)) ?? this.#next++
    assert(unit < UNITS_MAX, 'units are numbered below a million', unit)
    assert(!this.#names.has(unit), 'a unit has one name', name)
    this.#byName.set(name, unit)
    this.#names.set(unit, name)
    return unit
  }

  /** The number of a name; undefined if it has none. */
  find(name: string): number | undefined {
    return this.#byName.get(name)
  }

  /** The name of a number; undefined if it is not known here. */
  name(unit: number): string | undefined {
    return this.#names.get(unit)
  }
}
