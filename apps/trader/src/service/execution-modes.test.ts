import { equal, match } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ExecutionMode, StrategyMode } from './execution-modes.ts'
import { ModeFile } from './mode-file.ts'

/** What a strategy holds, with orders that can be canceled. */
class Held {
  readonly orders: string[]
  readonly #lots: number
  constructor(lots: number, orders: string[] = []) {
    this.#lots = lots
    this.orders = orders
  }
  isFlat = (): boolean => this.#lots === 0
  openOrders = (): readonly string[] => [...this.orders]
  cancel = (id: string): void => void this.orders.splice(this.orders.indexOf(id), 1)
}

// From, to, held, open orders: the mode afterwards.
const changes: [ExecutionMode, ExecutionMode, number, number, ExecutionMode][] = [
  ['live', 'simulation', 0, 0, 'simulation'],
  ['live', 'simulation', 3, 0, 'live'],
  ['live', 'simulation', 0, 1, 'live'],
  ['simulation', 'live', 0, 0, 'live'],
  ['simulation', 'live', -3, 0, 'simulation'],
  ['live', 'observation', 3, 2, 'observation'],
  ['simulation', 'observation', 3, 2, 'observation'],
  ['observation', 'live', 0, 0, 'live'],
  ['observation', 'simulation', 0, 0, 'simulation'],
  ['live', 'live', 3, 1, 'live'],
]
for (const [from, to, lots, open, after] of changes)
  test(`S2-STR-28 ${from} to ${to} with ${lots} lots and ${open} open orders: ${after}`, () => {
    const state = new StrategyMode(from)
    const held = new Held(
      lots,
      Array.from({ length: open }, (_, at) => `o${at}`),
    )
    const refusal = state.change(to, held)
    equal(state.mode, after)
    equal(refusal === undefined, after === to)
    equal(held.orders.length, to === 'observation' ? 0 : open)
  })

test('what was traded live and is held through observation goes on live, never on paper', () => {
  const state = new StrategyMode('live')
  state.change('observation', new Held(3))
  match(state.change('simulation', new Held(3))!, /holds a position of mode live/)
  equal(state.change('live', new Held(3)), undefined)
  state.change('observation', new Held(0))
  equal(state.change('simulation', new Held(0)), undefined)
})

test('a start with a position: paper does not outlive the process, so the position is real', () => {
  for (const [mode, isFlat, after] of [
    ['simulation', false, 'observation'],
    ['simulation', true, 'simulation'],
    ['observation', false, 'observation'],
    ['live', false, 'live'],
  ] as const) {
    const state = new StrategyMode(mode)
    equal(state.resume(isFlat), mode !== after)
    equal(state.mode, after)
    if (!isFlat) equal(state.holds, 'live')
  }
})

test('modes outlive the process; a damaged file is told, never taken for an empty one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-modes-'))
  try {
    const file = new ModeFile(directory)
    equal((file.read() as ReadonlyMap<string, string>).size, 0)
    file.write(new Map([['maker', 'observation']]))
    equal((new ModeFile(directory).read() as ReadonlyMap<string, string>).get('maker'), 'observation')
    for (const text of ['', '{"maker":"dreaming"}', '[', '7']) {
      writeFileSync(join(directory, 'modes.json'), text)
      equal(file.read(), 'unreadable', text)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})
