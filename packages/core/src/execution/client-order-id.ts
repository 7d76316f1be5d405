import { assert } from '../assert.ts'

/** Crockford's base 32: no I, L, O, U, so that an id read aloud is still the id. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const PREFIX = 'V'
const INSTANCE_DIGITS = 4
const EPOCH_DIGITS = 5
const COUNTER_DIGITS = 9

/** What a client order id of ours says. */
export interface ClientOrderIdParts {
  /** Which installation. 0..2^20-1 */
  readonly instance: number
  /** Which start of it: raised durably before the first order. 0..2^25-1 */
  readonly epoch: number
  /** Which order since the start. 0..2^45-1 */
  readonly counter: number
}

/**
 * Writes a client order id: `V`, instance, epoch and counter in base 32, 19 characters of digits and capital letters,
 * which every venue's alphabet allows. Ids sort as they were made, and none is ever used twice.
 */
export function formatClientOrderId({ instance, epoch, counter }: ClientOrderIdParts): string {
  return PREFIX + digits(instance, INSTANCE_DIGITS) + digits(epoch, EPOCH_DIGITS) + digits(counter, COUNTER_DIGITS)
}

/** Reads a client order id. Undefined when it is not one of ours. */
export function parseClientOrderId(id: string): ClientOrderIdParts | undefined {
  if (!/^V[0-9A-HJKMNP-TV-Z]{18}$/.test(id)) return undefined
  const number = (from: number, length: number): number =>
    [...id.slice(from, from + length)].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0)
  const epochAt = 1 + INSTANCE_DIGITS
  return {
    instance: number(1, INSTANCE_DIGITS),
    epoch: number(epochAt, EPOCH_DIGITS),
    counter: number(epochAt + EPOCH_DIGITS, COUNTER_DIGITS),
  }
}

/** Makes the ids of one start of one installation. */
export class ClientOrderIds {
  readonly #instance: number
  readonly #epoch: number
  #counter = 0

  constructor(instance: number, epoch: number) {
    this.#instance = instance
    this.#epoch = epoch
  }

  /** The next id. */
  next(): string {
    return formatClientOrderId({ instance: this.#instance, epoch: this.#epoch, counter: this.#counter++ })
  }
}

function digits(value: number, length: number): string {
  assert(Number.isSafeInteger(value) && value >= 0 && value < 32 ** length, `the number fits ${length} digits`, value)
  let text = ''
  for (let rest = value, at = 0; at < length; at++, rest = Math.floor(rest / 32)) text = DIGITS[rest % 32]! + text
  return text
}
