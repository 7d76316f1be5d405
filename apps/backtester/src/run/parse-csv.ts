/** Reads CSV text with a header (RFC 4180) into one object a row. Rows with another number of cells are left out. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') cell += text[++at]
      else if (letter === '"') quoted = false
      else cell += letter
    } else if (letter === '"') quoted = true
    else if (letter === ',' || letter === '\n') {
      row.push(cell)
      cell = ''
      if (letter === ',') continue
      rows.push(row)
      row = []
    } else if (letter !== '\r') cell += letter
  }
  const [header, ...data] = rows
  if (header === undefined) return []
  return data
    .filter(cells => cells.length === header.length)
    .map(cells => Object.fromEntries(header.map((name, at) => [name, cells[at]!])))
}
