import type { ReadStream, WriteStream } from 'node:tty'
import { drawFrame } from './frame.ts'
import { makePaint } from './paint.ts'
import type { ScreenView } from './screen-view.ts'

/** What the person at the terminal pressed. */
export type Key = 'quit' | 'pause'

/** What keys send that turn to other books: tab or right, shift with tab or left. */
const TURNS: Readonly<Record<string, number>> = { '\t': 1, '\u001b[C': 1, '\u001b[Z': -1, '\u001b[D': -1 }

/** Draws frames on the terminal's alternate screen and gives the terminal back as it was. */
export class TerminalScreen {
  readonly #out: WriteStream
  readonly #in: ReadStream
  readonly #paint: ReturnType<typeof makePaint>
  #open = false
  #page = 0

  constructor(input: ReadStream, out: WriteStream, colours: boolean) {
    this.#in = input
    this.#out = out
    this.#paint = makePaint(colours)
  }

  /** Takes the terminal. `onKey` hears of the keys that mean something. */
  open(onKey: (key: Key) => void): void {
    this.#open = true
    this.#out.write('\u001b[?1049h\u001b[?25l\u001b[2J')
    if (!this.#in.isTTY) return
    this.#in.setRawMode(true)
    this.#in.resume()
    this.#in.on('data', (bytes: Buffer) => {
      this.#page += TURNS[bytes.toString('latin1')] ?? 0
      for (const key of bytes.toString('latin1')) {
        if (key === 'q' || key === '\u0003') onKey('quit')
        else if (key === ' ') onKey('pause')
      }
    })
  }

  /** Draws a frame over the last one; skipped while the terminal has not taken the one before. */
  draw(view: ScreenView): void {
    if (!this.#open || this.#out.writableNeedDrain) return
    const lines = drawFrame(view, this.#out.columns || 80, this.#out.rows || 24, this.#paint, this.#page)
    this.#out.write(`\u001b[H${lines.map(line => `${line}\u001b[K`).join('\r\n')}\u001b[J`)
  }

  /** Gives the terminal back. Safe to call twice. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#in.isTTY) this.#in.setRawMode(false)
    this.#in.pause()
    this.#out.write('\u001b[?25h\u001b[?1049l')
  }
}
