import { deepEqual } from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { ReadStream, WriteStream } from 'node:tty'
import { DemoTrading } from '../demo/demo-trading.ts'
import { DemoViews } from '../demo/demo-view.ts'
import { type Key, TerminalScreen } from './terminal-screen.ts'

test('tab and the arrows turn to the other books, and are no other key', () => {
  const input = Object.assign(new EventEmitter(), { isTTY: true, setRawMode() {}, resume() {}, pause() {} })
  let frame = ''
  const out = { columns: 60, rows: 24, writableNeedDrain: false, write: (text: string) => void (frame = text) }
  const screen = new TerminalScreen(input as unknown as ReadStream, out as unknown as WriteStream, false)
  const views = new DemoViews(new DemoTrading({ seed: 3, start: 1_700_000_000_000_000 }), 3)
  const keys: Key[] = []
  screen.open(key => keys.push(key))
  const after = (pressed: string): string | undefined => {
    input.emit('data', Buffer.from(pressed, 'latin1'))
    const { instruments, ...view } = views.view(1, false)
    screen.draw({ ...view, instruments: [instruments[0]!, instruments[0]!, instruments[0]!] })
    return /books (\d\/\d)/.exec(frame)?.[1]
  }
  const pressed = ['', '\t', '\u001b[C', '\t', '\u001b[Z', '\u001b[D', '\u001b[A']
  deepEqual(pressed.map(after), ['1/3', '2/3', '3/3', '1/3', '3/3', '2/3', '2/3'])
  deepEqual(keys, [])
  after(' ')
  after('q')
  after('\u0003')
  deepEqual(keys, ['pause', 'quit', 'quit'])
  screen.close()
})
