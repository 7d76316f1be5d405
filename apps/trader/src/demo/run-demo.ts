import type { ScreenHost } from '../screen/screen-host.ts'
import { DemoTrading } from './demo-trading.ts'
import { DemoViews } from './demo-view.ts'

const STEP_MS = 5

/** What the demo in one process is started with. */
export interface DemoRun {
  readonly seed: number
  readonly record?: string
}

/** The whole line in one process on a made-up market: no sockets, and equal seeds play the same. */
export function runDemo({ seed, record }: DemoRun, host: ScreenHost): void {
  const start = Date.now()
  const demo = new DemoTrading({ seed, start: start * 1000, ...(record === undefined ? {} : { record }) })
  const views = new DemoViews(demo, seed)
  /** Market time runs with the wall clock, but for pauses. */
  let pausedFor = 0
  let pausedAt = 0
  let isPaused = false
  const elapsed = (): number => (isPaused ? pausedAt : Date.now()) - start - pausedFor
  const loop = setInterval(() => {
    if (!isPaused) demo.advance((start + elapsed()) * 1000)
  }, STEP_MS)
  host.open({
    view: () => views.view(elapsed() / 1000, isPaused),
    toggle() {
      if (isPaused) pausedFor += Date.now() - pausedAt
      else pausedAt = Date.now()
      isPaused = !isPaused
    },
    async stop() {
      clearInterval(loop)
      demo.close()
    },
  })
}
