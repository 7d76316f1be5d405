import { assert } from '@velocimex/core/assert'
import { NameTable } from './name-table.ts'
import { encodeUtf8 } from './utf8.ts'

const QUOTE = 34
const COLON = 58
/** Most keys of an order, so that those seen fit the bits of one word. */
const KEYS_MAX = 31
/** Longest key with its quotes and its colon. */
const KEY_BYTES_MAX = 28

/** A key of an order. Its fields have their first values here, so that they are known to be small integers. */
export class OrderedKey {
  /** Its place in the list of keys; -1 for what is none of them. */
  readonly number: number = -1
  /** In bytes, with its quotes and its colon. */
  readonly length: number = 0
  /** Which key came behind it when it came last. */
  following: OrderedKey = this
  // The little-endian words, as they stand in a frame without blanks, and the last one, which overlaps the one before.
  readonly #word0: number = 0
  readonly #word1: number = 0
  readonly #word2: number = 0
  readonly #word3: number = 0
  readonly #word4: number = 0
  readonly #word5: number = 0
  readonly #last: number = 0

  /** @param key 1 to 25 ASCII characters; empty for what is no key */
  constructor(key: string, number: number) {
    if (key === '') return
    const { buffer, length } = encodeUtf8(`"${key}":`)
    assert(length <= KEY_BYTES_MAX, 'a key has at most 25 characters', key)
    const view = new DataView(buffer)
    const word = (at: number): number => (4 * at + 4 <= length ? view.getInt32(4 * at, true) : 0)
    this.number = number
    this.length = length
    this.#word0 = word(0)
    this.#word1 = word(1)
    this.#word2 = word(2)
    this.#word3 = word(3)
    this.#word4 = word(4)
    this.#word5 = word(5)
    this.#last = view.getInt32(length - 4, true)
  }

  /** Whether it stands at `p`. */
  isAt(view: DataView, p: number): boolean {
    const { length } = this
    if (view.getInt32(p, true) !== this.#word0 || view.getInt32(p + length - 4, true) !== this.#last) return false
    if (length <= 8) return true
    if (view.getInt32(p + 4, true) !== this.#word1) return false
    if (length <= 12) return true
    if (view.getInt32(p + 8, true) !== this.#word2) return false
    if (length <= 16) return true
    if (view.getInt32(p + 12, true) !== this.#word3) return false
    if (length <= 20) return true
    if (view.getInt32(p + 16, true) !== this.#word4) return false
    return length <= 24 || view.getInt32(p + 20, true) === this.#word5
  }
}

/**
 * The known keys of one kind of object, and the order in which they came last: a venue writes its keys in one order for
 * months, so the next one is guessed and recognised by one comparison. A wrong guess costs a look-up, and is learnt.
 */
export class KeyOrder {
  /** What stands before the first key, to be given to `find` as the last. */
  readonly start: OrderedKey
  readonly #none: OrderedKey
  readonly #keys: readonly OrderedKey[]
  readonly #names: NameTable

  /** @param keys at most 31; their numbers are their places in this list */
  constructor(keys: readonly string[]) {
    assert(keys.length > 0 && keys.length <= KEYS_MAX, 'an order has 1 to 31 keys', keys.length)
    this.#keys = keys.map((key, number) => new OrderedKey(key, number))
    this.#names = new NameTable(keys.map((key, number) => [key, number]))
    this.#none = new OrderedKey('', -1)
    this.start = new OrderedKey('', -1)
    for (const key of [this.start, ...this.#keys]) key.following = this.#keys[0]!
  }

  /**
   * The key that stands at `p`, with its quotes and its colon and without an escape or a blank; one whose number is -1 for
   * anything else. Its value begins `length` behind.
   * @param last the key before it, or `start`
   */
  find(view: DataView, p: number, last: OrderedKey): OrderedKey {
    const { following } = last
    return following.isAt(view, p) ? following : this.#learn(view, p, last)
  }

  #learn(view: DataView, p: number, last: OrderedKey): OrderedKey {
    if (view.getUint8(p) !== QUOTE) return this.#none
    let end = p + 1
    while (view.getUint8(end) > QUOTE) end++
    if (view.getUint8(end) !== QUOTE || view.getUint8(end + 1) !== COLON) return this.#none
    const number = this.#names.find(view, p + 1, end)
    if (number < 0) return this.#none
    const key = this.#keys[number]!
    last.following = key
    return key
  }
}
