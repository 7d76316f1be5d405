import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PAGE_TICKS, SPAN_MAX, TickWindow } from './tick-window.ts'

/** All slots that have lots, the greatest first. */
function walk(window: TickWindow): [number, number][] {
  const slots: [number, number][] = []
  for (let slot = window.below(window.span); slot >= 0; slot = window.below(slot))
    slots.push([slot, window.lotsAt(slot)])
  return slots
}

const sorted = (twin: Map<number, number>): [number, number][] => [...twin].sort(([one], [other]) => other - one)

type Step =
  | { readonly what: 'put'; readonly slot: number; readonly lots: number }
  | { readonly what: 'move'; readonly pages: number }
  | { readonly what: 'grow' | 'clear' | 'walk' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      what: fc.constant('put' as const),
      slot: fc.oneof(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 4095 })),
      lots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('move' as const), pages: fc.integer({ min: -40, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('grow' as const, 'clear' as const, 'walk' as const) }) },
)

test('P-01 a window of pages equals a map of slots, whatever is put, moved, grown and cleared', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), steps => {
      const window = new TickWindow(7)
      let twin = new Map<number, number>()
      const gone: [number, number][] = []
      const expected: [number, number][] = []
      for (const each of steps) {
        if (each.what === 'put') {
          const slot = each.slot % window.span
          window.put(slot, each.lots)
          if (each.lots === 0) twin.delete(slot)
          else twin.set(slot, each.lots)
          equal(window.lotsAt(slot), each.lots)
        } else if (each.what === 'move') {
          const by = Math.min(each.pages, Math.floor((window.span - 1 - Math.max(0, ...twin.keys())) / PAGE_TICKS))
          window.move(by, 1000, { set: (key, lots) => gone.push([key, lots]) })
          const moved = [...twin].map(([slot, lots]): [number, number] => [slot + by * PAGE_TICKS, lots])
          const left = moved.filter(([slot]) => slot < 0).sort(([one], [other]) => one - other)
          expected.push(...left.map(([slot, lots]): [number, number] => [1000 + slot - by * PAGE_TICKS, lots]))
          twin = new Map(moved.filter(([slot]) => slot >= 0))
        } else if (each.what === 'grow') {
          if (window.span < 4096) window.grow()
        } else if (each.what === 'clear') {
          window.clear()
          twin.clear()
        } else deepEqual(walk(window), sorted(twin))
        equal(window.count, twin.size)
        const lowest = Math.min(...twin.keys())
        equal(window.lowestPageFrom(0), Number.isFinite(lowest) ? lowest - (lowest % PAGE_TICKS) : lowest)
      }
      deepEqual(walk(window), sorted(twin))
      deepEqual(gone, expected)
    }),
    { numRuns: 500 },
  )
})

test('memory follows what is occupied: empty pages are used again, wherever the levels wander', () => {
  const window = new TickWindow(20)
  const empty = window.bytes
  ok(empty < 264_500, `${empty} bytes for 2^20 ticks: a word for 16 of them`)
  for (let slot = 0; slot < window.span; slot += 100) {
    window.put(slot, 1)
    if (slot >= 1000) window.put(slot - 1000, 0)
  }
  equal(window.count, 10)
  ok(window.bytes - empty < 32 * (8 * PAGE_TICKS + 2), `${window.bytes - empty} bytes for 10 levels`)
})

test('every page of a window can be in use at once', () => {
  const window = new TickWindow(20)
  deepEqual([window.span, SPAN_MAX], [2 ** 20 - PAGE_TICKS, 2 ** 20 - PAGE_TICKS])
  for (let slot = 5; slot < window.span; slot += PAGE_TICKS) window.put(slot, slot)
  equal(window.count, window.span / PAGE_TICKS)
  for (let slot = 5; slot < window.span; slot += PAGE_TICKS) equal(window.lotsAt(slot), slot)
  window.clear()
  equal(window.below(window.span), -1)
})

test('a removed level whose digits look negative is gone', () => {
  const window = new TickWindow(5)
  window.put(3, 7)
  window.put(3, -0)
  deepEqual([window.count, window.below(32)], [0, -1])
})
