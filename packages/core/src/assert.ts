/**
 * Stops the process on our own mistake. `rule` says what always holds; `was` is what broke it.
 * The text is built only on failure, so a passing assertion costs about 2 ns and stays on the hot path.
 *
 * @throws Error `Invariant: <rule>, was <was>`; nothing but the top of a process may catch it
 */
export function assert(condition: boolean, rule: string, was?: unknown): asserts condition {
  if (!condition) throw new Error(`Invariant: ${rule}, was ${String(was)}`)
}
