import { z } from 'zod'

const RULE = 'must be a decimal number in quotes, such as "0.01"'

/** A number in a configuration that must stay as it was written: a decimal text without sign or exponent, `"0.01"`. */
export const decimal = z.string(RULE).regex(/^\d{1,30}(\.\d{1,20})?$/, RULE)
