import type { BenchRow } from '../bench-row.ts'

/** Rows as a table for people: question, ours, peer, ratio, target and whether it is met. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(row => [
    row.question,
    `${figure(row.ours)} ${row.unit}`,
    row.peer === undefined ? '' : `${row.peer}${row.peerValue === undefined ? '' : `: ${figure(row.peerValue)}`}`,
    row.ratio === undefined ? '' : `${figure(row.ratio)}x`,
    row.target ?? '',
    row.met === undefined ? '' : row.met ? '✓' : '✗',
  ])
  const lines = [['question', 'ours', 'peer', 'ratio', 'target', ''], ...cells]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A number with three significant digits, thousands grouped. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1000 ? rounded.toLocaleString('en-US') : String(rounded)
}
