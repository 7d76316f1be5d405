import { linesOf } from './plain-lines.ts'
import type { ScreenView } from './screen-view.ts'
import { TerminalScreen } from './terminal-screen.ts'

const FRAME_MS = 100
const LINE_MS = 1000

/** Something that a screen shows. */
export interface Shown {
  view(): ScreenView
  /** The space key; nothing happens where nothing can be paused. */
  toggle(): void
  /** Ends it in order. */
  stop(): Promise<void>
}

/** Shows something until a person, a signal or the time ends it: ten frames a second on a terminal, a line a second elsewhere. */
export class ScreenHost {
  readonly #seconds: number
  readonly #screen: TerminalScreen | undefined
  #shown: Shown | undefined
  #timer: NodeJS.Timeout | undefined
  #isEnding = false

  /** @param seconds after which it ends; Infinity for never */
  constructor(seconds: number) {
    this.#seconds = seconds
    const { stdin, stdout } = process
    this.#screen = stdout.isTTY ? new TerminalScreen(stdin, stdout, !process.env['NO_COLOR']) : undefined
  }

  /** Begins to show. */
  open(shown: Shown): void {
    this.#shown = shown
    this.#screen?.open(key => (key === 'quit' ? void this.end(0) : shown.toggle()))
    this.#timer = setInterval(() => this.#draw(shown), this.#screen === undefined ? LINE_MS : FRAME_MS)
    if (Number.isFinite(this.#seconds)) setTimeout(() => void this.end(0), this.#seconds * 1000)
    process.on('SIGINT', () => void this.end(130))
    process.on('SIGTERM', () => void this.end(0))
    // The terminal is gone: nobody watches any more, so nothing may rest either.
    process.on('SIGHUP', () => void this.end(129))
    // Whoever read the lines is gone, as behind `| head`: that ends it in order, and cancels what rests.
    process.stdout.on('error', () => void this.end(0))
    process.on('uncaughtException', cause => {
      this.#screen?.close()
      process.stderr.write(`velocimex stopped on its own mistake: ${cause.stack}\n`)
      process.exit(1)
    })
  }

  /** Ends everything and says how it stood. */
  async end(code: number): Promise<void> {
    if (this.#isEnding || this.#shown === undefined) return
    this.#isEnding = true
    clearInterval(this.#timer)
    this.#screen?.close()
    await this.#shown.stop()
    process.stdout.write(linesOf(this.#shown.view()))
    process.exit(code)
  }

  #draw(shown: Shown): void {
    if (this.#screen === undefined) process.stdout.write(linesOf(shown.view()))
    else this.#screen.draw(shown.view())
  }
}
