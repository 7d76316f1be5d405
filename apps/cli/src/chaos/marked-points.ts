import type { Death } from './death-plan.ts'

type Case = Pick<Death, 'point' | 'about' | 'nth'>

const at = (point: Death['point'], abouts: readonly (Death['about'] | undefined)[], nth = 1): Case[] =>
  abouts.map(about => (about === undefined ? { point, nth } : { point, about, nth }))

/** Every marked point with every kind of command that can pass it, R-KILL-02. */
export const MARKED_CASES: readonly Case[] = [
  ...at('before_intent_written', ['limit', 'market', 'batch']),
  ...at('after_intent_written', ['limit', 'market', 'batch']),
  ...at('after_send', ['limit', 'market', 'cancel', 'replace']),
  ...at('before_report_written', ['limit', 'market', 'batch', 'cancel', 'replace']),
  // Once before the requests are handed over, once behind.
  ...at('mid_batch', [undefined]),
  ...at('mid_batch', [undefined], 2),
  // Written but not sent, and sent.
  ...at('mid_cancel', ['cancel', undefined]),
  ...at('mid_cancel', [undefined], 2),
  ...at('mid_replace', ['replace', undefined]),
  ...at('mid_replace', [undefined], 2),
  ...at('mid_fill', [undefined]),
  ...at('mid_fill', [undefined], 2),
  ...at('mid_snapshot', [undefined]),
  ...at('mid_snapshot', [undefined], 2),
  ...at('mid_rotation', [undefined]),
  ...at('mid_rotation', [undefined], 2),
  ...at('mid_recovery', [undefined]),
  ...at('mid_recovery', [undefined], 2),
  ...at('mid_audit', [undefined]),
  ...at('mid_audit', [undefined], 3),
  ...at('mid_stop', [undefined]),
]

/** Every marked point once, with the command that leaves the most in doubt. */
export const EACH_POINT: readonly Case[] = [
  ...at('before_intent_written', ['market']),
  ...at('after_intent_written', ['limit']),
  ...at('after_send', ['market']),
  ...at('before_report_written', ['limit']),
  ...at('mid_batch', [undefined], 2),
  ...at('mid_cancel', ['cancel']),
  ...at('mid_replace', [undefined], 2),
  ...at('mid_fill', [undefined], 2),
  ...at('mid_snapshot', [undefined]),
  ...at('mid_rotation', [undefined], 2),
  ...at('mid_recovery', [undefined], 2),
  ...at('mid_audit', [undefined]),
  ...at('mid_stop', [undefined]),
]
