import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { DemoTrading } from '../demo/demo-trading.ts'
import { DemoViews } from '../demo/demo-view.ts'
import { drawFrame } from './frame.ts'
import { makePaint, sparkline, widthOf } from './paint.ts'

function played(seed: number, seconds: number): { demo: DemoTrading; views: DemoViews } {
  const demo = new DemoTrading({ seed, start: 1_700_000_000_000_000 })
  const views = new DemoViews(demo, seed)
  for (let step = 1; step <= seconds * 20; step++) demo.advance(1_700_000_000_000_000 + step * 50_000)
  return { demo, views }
}

test('half a minute of the demo: fills, a balanced ledger, positions that agree, the same for the same seed', () => {
  const { demo, views } = played(7, 30)
  const view = views.view(30, false)
  ok(view.fills > 5, `${view.fills} fills`)
  equal(view.trialBalance, '0')
  for (const { index } of demo.session.books.map((_, at) => ({ index: at })))
    equal(demo.session.venue.netLots(index), demo.session.accounts.portfolio.netLots(index))
  equal(demo.session.unexplained, 0)
  equal(played(7, 30).views.view(30, false).equity, view.equity)
})

test('a narrow terminal leaves the events out before they touch the clock', () => {
  const { views } = played(3, 3)
  const head = (columns: number): string => drawFrame(views.view(3, false), columns, 24, makePaint(false))[0]!
  match(head(80), /\d\d:\d\d:\d\d +[\d,]+ events/)
  for (let columns = 40; columns < 80; columns++) match(head(columns), /\d\d:\d\d:\d\d(?: +[\d,]+ events, [\d,]+\/s)?$/)
})

test('books that have no room beside each other are a key away, and the footer says which', () => {
  const { views } = played(3, 3)
  const one = views.view(3, false)
  const view = {
    ...one,
    instruments: ['A', 'B', 'C'].map(name => ({ ...one.instruments[0]!, unified: `${name}/USD` })),
  }
  const shown = (columns: number, page: number): string => {
    const lines = drawFrame(view, columns, 24, makePaint(false), page)
    const footer = /books (\d\/\d)/.exec(lines.at(-1)!)?.[1] ?? 'all'
    return `${[...lines[2]!.matchAll(/(\w)\/USD/g)].map(found => found[1]).join('')} ${footer}`
  }
  deepEqual([shown(120, 0), shown(120, 5)], ['ABC all', 'ABC all'])
  deepEqual([shown(100, 0), shown(100, 1), shown(100, 2), shown(100, -1)], ['AB 1/2', 'C 2/2', 'AB 1/2', 'C 2/2'])
  deepEqual([shown(60, 0), shown(60, 1), shown(60, 2)], ['A 1/3', 'B 2/3', 'C 3/3'])
})

test('what stands until a person acts is under the mode on every screen, however small', () => {
  const view = played(3, 3).views.view(3, false)
  const frame = drawFrame({ ...view, standing: ['STOPPED: lunch'] }, 60, 10, makePaint(false))
  match(frame[1]!, /STOPPED: lunch/)
})

test('the space key shows only where a market can be paused', () => {
  const view = played(3, 3).views.view(3, false)
  const footer = (paused: boolean | undefined): string =>
    drawFrame({ ...view, paused }, 100, 24, makePaint(false)).at(-1)!
  match(footer(false), /space pause/)
  match(footer(true), /^PAUSED .*space go on/)
  doesNotMatch(footer(undefined), /space/)
})

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [200, 60],
  [20, 5],
] as const)
  test(`a frame fits ${columns} x ${rows}, with the mode on top and the keys at the bottom`, () => {
    const { views } = played(3, 3)
    const lines = drawFrame(views.view(3, false), columns, rows, makePaint(false))
    equal(lines.length, rows)
    ok(lines.every(line => widthOf(line) <= columns))
    match(lines[0]!, /SIMULATION/)
    match(lines.at(-1)!, /q quit/)
  })

test('colours take no room, and none are written when they are not wanted', () => {
  equal(widthOf(makePaint(true)('abc', 'bid')), 3)
  equal(makePaint(false)('abc', 'bid'), 'abc')
  equal(sparkline([1, 2, 3], 2), '▁█')
})
