import type { FaultProxy } from '@velocimex/host/net/fault-proxy'
import { z } from 'zod'

/**
 * What goes wrong on the line in front of a venue, for all its connections. `delay` (`amount` milliseconds) and `bandwidth`
 * (`amount` bytes a second) last until `heal`, and so do `half_open`, where what either side sends vanishes and nobody is
 * told, and `refuse`, which breaks every new connection. `cut` ends connections in order (FIN), `reset` breaks them (RST).
 * `flip` changes the byte that lies `amount` bytes ahead in a direction, `truncate` ends a direction after `amount` bytes.
 */
export const lineFaultSchema = z.strictObject({
  kind: z.enum(['delay', 'bandwidth', 'half_open', 'refuse', 'cut', 'reset', 'flip', 'truncate', 'heal']),
  amount: z.int().min(0).max(1_000_000_000).default(0),
  direction: z.enum(['toServer', 'toClient']).default('toClient'),
})

/** Does it to the line. False when the amount makes no sense: no byte ever passes at 0 bytes a second. */
export function strikeLine(line: FaultProxy, { kind, amount, direction }: z.infer<typeof lineFaultSchema>): boolean {
  switch (kind) {
    case 'delay':
      line.delay(amount)
      break
    case 'bandwidth':
      if (amount === 0) return false
      line.limit(amount)
      break
    case 'half_open':
      line.swallow()
      break
    case 'refuse':
      line.refuse()
      break
    case 'cut':
      line.cut()
      break
    case 'reset':
      line.reset()
      break
    case 'flip':
      line.flip(direction, amount)
      break
    case 'truncate':
      line.truncate(direction, amount)
      break
    default:
      line.heal()
  }
  return true
}
