// Reporter of node:test that writes one line of JSON for each test that ended, and a last line when the file is through.
// Plain JavaScript: the runner of each test file loads it, before anything else is set up.

/** Errors are cut: a test that compares megabytes must not drown the others. */
const WORDS_MAX = 20_000

/** Turns the events of a test run into lines of JSON: `{ name, outcome, line, reason?, words? }`, then `{ end: true }`. */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    const { error } = data.details
    if (error?.failureType === 'subtestsFailed') continue
    const line = { name: data.name, outcome: type === 'test:pass' ? 'passed' : 'failed', line: data.line }
    const reason = data.skip ?? data.todo
    if (reason !== undefined) {
      line.outcome = 'skipped'
      line.reason = typeof reason === 'string' ? reason : ''
    } else if (error !== undefined) line.words = wordsOf(error).slice(0, WORDS_MAX)
    yield `${JSON.stringify(line)}\n`
  }
  yield `${JSON.stringify({ end: true })}\n`
}

/** What went wrong, with its stack and everything that caused it. */
function wordsOf(error) {
  const parts = []
  for (let cause = error.cause ?? error; cause !== undefined && cause !== null && parts.length < 5; cause = cause.cause)
    parts.push(cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause))
  return parts.join('\ncaused by: ')
}
