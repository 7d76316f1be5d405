/** Something that breaks a rule of the house. */
export interface Finding {
  /** Path from the repository root. */
  readonly file: string
  readonly line: number
  /** Name of the rule: `direction`. */
  readonly rule: string
  readonly what: string
  /** What to do about it. */
  readonly remedy: string
}

/** A finding as one line for people and editors: `file:line rule: what. Remedy`. */
export const writeFinding = ({ file, line, rule, what, remedy }: Finding): string =>
  `${file}:${line} ${rule}: ${what}. ${remedy}`
