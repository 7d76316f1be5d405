import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { playScenario, readScenario } from './scenario.ts'

test('a scenario is read line by line and played in order', async () => {
  const text =
    '# a gap\nT +250ms\nF {"on":"frame","match":"depthUpdate","kind":"drop","times":2}\nE SUBSCRIBE\nI {"a":1}\nX 1001\nX\nC /silence {"on":true}\nC /line {"kind":"delay","amount":200}\n'
  const read = readScenario(text)
  equal(read.ok, true)
  if (!read.ok) return
  const done: string[] = []
  await playScenario(read.value, {
    wait: async milliseconds => void done.push(`wait ${milliseconds}`),
    inject: frame => done.push(`inject ${frame}`),
    expect: async part => void done.push(`expect ${part}`),
    fault: ({ kind, times }) => done.push(`fault ${kind} ${times}`),
    close: code => done.push(`close ${code}`),
    control: (call, body) => done.push(`${call} ${JSON.stringify(body)}`),
  })
  deepEqual(done.slice(0, 6), [
    ...['wait 250', 'fault drop 2', 'expect SUBSCRIBE', 'inject {"a":1}', 'close 1001', 'close 1006'],
  ])
  deepEqual(done.slice(6), ['POST /silence {"on":true}', 'POST /line {"kind":"delay","amount":200}'])
})

for (const [line, words] of [
  ['T 250', 'line 2: T wants a time such as +250ms or +2s'],
  ['Z', 'line 2: a line begins with T, I, E, F, C, X or #, not with Z'],
  ['C silence', 'line 2: C wants a call such as /silence {"on":true}'],
  ['C /silence {', 'line 2: C /silence wants a JSON object'],
  ['X 7', 'line 2: X wants a close code, 1000 to 4999'],
  ['F {', 'line 2: F wants a JSON object'],
  ['I', 'line 2: I wants a frame'],
] as const)
  test(`a scenario that is wrong names the line: ${line}`, () => {
    const read = readScenario(`# one\n${line}\n`)
    deepEqual([read.ok, read.words], [false, words])
  })

test('a fault that is wrong names its field', () => {
  const read = readScenario('F {"on":"frame","kind":"explode"}')
  equal(read.ok, false)
  equal(read.words?.startsWith('line 1: F: kind '), true)
})

test('a fault that cannot be done there, and a call that there is none of, are refused with what there is', () => {
  const words = (line: string): string | undefined => readScenario(line).words
  match(words('F {"on":"frame","kind":"status"}')!, /^line 1: F: kind of a frame is one of drop, duplicate, hold, /)
  match(words('F {"on":"request","kind":"stale"}')!, /^line 1: F: match of stale is a request, as GET /)
  match(words('C /tremble {}')!, /^line 1: C: there is no POST \/tremble; there are POST \/faults, POST \/silence, /)
  match(words('C /skew {"seconds":5}')!, /^line 1: C: .*seconds/s)
})
