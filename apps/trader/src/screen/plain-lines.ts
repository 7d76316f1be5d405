import type { ScreenView } from './screen-view.ts'

/** The state in one line, for outputs that are no terminal. */
export function linesOf(view: ScreenView): string {
  const positions = view.instruments.map(({ unified, position }) => `${unified} ${position}`).join(', ')
  const [tick] = view.latencies
  return `${view.elapsedSeconds.toFixed(0)} s  ${view.events} events  equity ${view.equity} (${view.profit})  fills ${view.fills}  trial balance ${view.trialBalance}  ${positions}  tick to decision p50 ${tick!.p50} us\n`
}
