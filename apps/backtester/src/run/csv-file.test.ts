import { equal, throws } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CsvFile, escapeCell } from './csv-file.ts'

const cells = `
  plain            | plain
  -12.50           | -12.50
  -x               | '-x
  =1+1             | '=1+1
  a,b              | "a,b"
  say "no"         | "say ""no"""
`
for (const line of cells.trim().split('\n'))
  test(`cell ${line.trim()}`, () => {
    const [from, to] = line.split('|').map(part => part.trim()) as [string, string]
    equal(escapeCell(from), to)
  })

test('a file holds what was hashed, in however many blocks it was written', () => {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-csv-'))
  try {
    const hash = createHash('sha256')
    const file = new CsvFile(join(directory, 'x.csv'), ['number', 'words'], hash)
    for (let row = 0; row < 20_000; row++) file.row([row, undefined])
    throws(() => file.row([1]), /a row has 2 cells, was 1/)
    file.close()
    const written = readFileSync(join(directory, 'x.csv'))
    equal(written.toString().split('\n').length, 20_002)
    equal(hash.digest('hex'), createHash('sha256').update(written).digest('hex'))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
