import { deepEqual, match, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { examplesOf } from './examples.ts'

const COMMAND = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))

test('the examples of a command are its own; those of a group are all of its commands', () => {
  deepEqual(examplesOf('tape info'), ['velocimex tape info tapes/btc'])
  deepEqual(examplesOf('simulate-venue').length, 2)
  ok(examplesOf('simulate').every(line => !line.includes('simulate-venue')))
  ok(examplesOf('risk').length === 3)
})

test('every command that can be run has an example', () => {
  const leaves = `tape import|tape make|tape info|tape dump|normalize|backtest run|backtest explain|simulate-venue|record|status
    |order list|order explain|position list|strategy list|strategy mode|feed list|feed reconnect|feed resync|feed rollover
    |ledger balance|ledger statement|risk show|risk set|stop|resume|doctor|history orders|history fills|audit verify|chaos
    |simulate|calibrate`
  for (const leaf of leaves.split('|')) ok(examplesOf(leaf.trim()).length > 0, leaf)
})

test('the help of a command ends with its examples, and shows none of the others', () => {
  const help = execFileSync(process.execPath, [COMMAND, 'tape', 'info', '--help'], { encoding: 'utf8' })
  match(help, /^Usage: velocimex tape info/)
  match(help, /Examples:\n {2}velocimex tape info tapes\/btc\n$/)
})
