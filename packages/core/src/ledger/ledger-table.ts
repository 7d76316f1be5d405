/** A report as a table of texts; amounts are decimals with all their digits. */
export interface LedgerTable {
  readonly title: string
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[]
  readonly rows: readonly (readonly string[])[]
}

/** The table as lines of text under one another: numbers to the right, words to the left. */
export function tableText({ title, columns, rows }: LedgerTable): string {
  const widths = columns.map(({ name }, at) => Math.max(name.length, ...rows.map(row => row[at]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (columns[at]!.isNumber ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd()
  const heads = columns.map(({ name }) => name)
  return `${[title, line(heads), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')}\n`
}

/** The table as CSV (RFC 4180): a cell with a comma, a quote or a line end stands in quotes. */
export function tableCsv({ columns, rows }: LedgerTable): string {
  // A sheet would run a cell that begins like a formula; a minus before a digit is a number.
  const cell = (text: string): string => {
    const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [columns.map(({ name }) => name), ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

/** The table as JSON: an object a row. Amounts are texts, because a number of JSON is not exact. */
export function tableJson({ title, columns, rows }: LedgerTable): string {
  const objects = rows.map(row => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]!])))
  return `${JSON.stringify({ title, rows: objects }, null, 2)}\n`
}
