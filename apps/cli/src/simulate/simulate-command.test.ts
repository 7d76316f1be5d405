import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const velocimex = (...words: string[]): { out: string; err: string; code: number | null } => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'simulate', ...words], { encoding: 'utf8' })
  return { out: stdout, err: stderr, code: status }
}

test('days run in parallel, are the same as one by one, and an interrupted run goes on where it was', context => {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-simulate-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'days.jsonl')
  const many = velocimex('--seeds', '1..4', '--minutes', '3', '--resume', path, '--json', '--quiet')
  equal(many.code, 0, many.err)
  const { results } = JSON.parse(many.out) as { results: { seed: number }[] }
  deepEqual(
    results.map(({ seed }) => seed),
    [1, 2, 3, 4],
  )
  const one = JSON.parse(velocimex('--seed', '3', '--minutes', '3', '--json').out) as { results: object[] }
  deepEqual(one.results[0], results[2])
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${lines[0]}\n${lines[1]!.slice(0, 40)}`)
  const again = velocimex('--seeds', '1..4', '--minutes', '3', '--resume', path, '--json', '--quiet')
  deepEqual(JSON.parse(again.out), JSON.parse(many.out))
})

test('a broken rule is told with its seed, its first divergence and how to see it again, exit code 1', () => {
  const { out, code } = velocimex('--seeds', '1..2', '--minutes', '3', '--plant', 'double-send', '--quiet')
  equal(code, 1)
  match(out, /seed 1, second [\d.]+: O3: the order V\w{18} was sent twice/)
  match(out, /again: velocimex simulate --seed 1 --minutes 3 --faults high --plant double-send/)
})

for (const [words, complaint] of [
  ['', /give either --seed 7 or --seeds 1..100/],
  ['--seed 1 --seeds 1..2', /give either/],
  ['--seeds 5..2', /a range such as 1..100/],
  ['--seed 1 --minutes 0', /--minutes is a whole number from 1 to 1440, not 0/],
  ['--seed 1 --faults some', /--faults is one of none, low, high, not some/],
  ['--seed 1 --plant constructor', /--plant is one of drop-fill/],
] as const)
  test(`wrong usage is refused in words: simulate ${words}`, () => {
    const { err, code } = velocimex(...words.split(' ').filter(word => word !== ''))
    equal(code, 2)
    match(err, complaint)
  })
