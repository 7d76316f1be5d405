import type { BenchRow } from '../bench-row.ts'
import type { Machine } from './machine.ts'
import { figure } from './table.ts'

/** What one benchmark found when it was run last. */
export interface BenchResult {
  readonly name: string
  readonly machine: Machine
  readonly rows: readonly BenchRow[]
}

/** All results as a page for people: a table for each benchmark, with the machine and the load that it was taken under. */
export function report(results: readonly BenchResult[]): string {
  const rows = results.flatMap(result => result.rows)
  const met = rows.filter(row => row.met === true).length
  const missed = rows.filter(row => row.met === false).length
  const parts = results.map(({ name, machine, rows: own }) => `## ${name}\n\n${facts(machine)}\n\n${tableOf(own)}\n`)
  return [
    '# Results\n\nWritten by `npm run bench`; a change by hand is lost.\n',
    `${met} targets met, ${missed} missed.\n`,
    ...parts,
  ].join('\n')
}

function facts({ cpu, cores, node, loadAverage, date, commit }: Machine): string {
  const load = loadAverage[0]!.toFixed(1)
  return `${date.slice(0, 16)}Z, ${commit.slice(0, 10)}, ${cores} cores of ${cpu}, Node ${node}, load ${load} before it began.`
}

function tableOf(rows: readonly BenchRow[]): string {
  const lines = rows.map(row => {
    const ratio = row.ratio === undefined ? '' : `${figure(row.ratio)}x`
    const met = row.met === undefined ? '' : row.met ? 'met' : 'missed'
    const peer =
      row.peer === undefined ? '' : `${row.peer}${row.peerValue === undefined ? '' : `: ${figure(row.peerValue)}`}`
    const cells = [row.question, `${figure(row.ours)} ${row.unit}`, peer, ratio, row.target ?? '', met]
    return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return ['| question | ours | peer | ratio | target | |', '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n')
}
