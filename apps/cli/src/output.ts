/** Whether to use colours on a stream: a terminal, and nobody set NO_COLOR (no-color.org). */
export const wantsColour = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env['NO_COLOR']

/** Version of every JSON answer; raised when a field changes its meaning. */
const SCHEMA_VERSION = 1

/** Writes one JSON object to stdout. */
export function printJson(value: object): void {
  process.stdout.write(
    `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...value }, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner), 2)}\n`,
  )
}

/** Writes lines to stdout. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** A share of 0..1 as text: `87 %`; nothing where there is none. */
export const percent = (share: unknown): string => (typeof share === 'number' ? `${Math.round(100 * share)} %` : '')

/** Writes a message to stderr: stdout is for data. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Two columns, the second aligned. */
export function pairs(rows: readonly (readonly [string, string | number])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(
    ([name, value]) => `  ${name.padEnd(width)}  ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
  )
}

/**
 * Shows progress on stderr: a line that renews itself on a terminal, a line every 10 % otherwise, nothing when quiet.
 * @param unit what `count` counts: `messages`
 */
export function progressLine(unit: string, quiet: boolean): (step: string, done: number, count: number) => void {
  let start = Date.now()
  let shown = 0
  let tenth = -1
  let last = ''
  return (step, done, count) => {
    if (quiet) return
    const now = Date.now()
    if (step !== last) {
      last = step
      start = now
      tenth = -1
    }
    const seconds = (now - start) / 1000
    const eta = done > 0.01 && done < 1 && seconds > 0 ? `, ${Math.ceil((seconds / done) * (1 - done))} s left` : ''
    // The clock starts with the first report of a step: a rate over nothing would be a wild number.
    const rate = seconds > 0 ? `, ${Math.round(count / seconds).toLocaleString('en')}/s` : ''
    const text = `${step} ${Math.round(done * 100)} %  ${count.toLocaleString('en')} ${unit}${rate}${eta}`
    if (process.stderr.isTTY) {
      if (now - shown < 100 && done < 1) return
      shown = now
      process.stderr.write(`\r${text}\u001b[K${done >= 1 ? '\n' : ''}`)
    } else if (Math.floor(done * 10) > tenth) {
      tenth = Math.floor(done * 10)
      say(text)
    }
  }
}

/** Rows under their heads: columns as wide as their widest cell; the heads are dimmed on a terminal. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string[] {
  const cells = rows.map(row => columns.map(column => String(row[column] ?? '')))
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map(row => row[at]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd()
  const head = line(columns)
  return [wantsColour(process.stdout) ? `\u001b[2m${head}\u001b[22m` : head, ...cells.map(line)]
}
