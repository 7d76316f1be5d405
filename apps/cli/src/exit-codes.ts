/** Exit codes of the command. Documented in its help; never renumbered. 130 is Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, invalidConfiguration: 4 } as const

/** Ends a command with a message for people and an exit code. */
export class CommandError extends Error {
  readonly code: number
  constructor(code: number, words: string) {
    super(words)
    this.code = code
  }
}
