import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { Timers } from '@velocimex/host/net/timers'

const ROUNDS = 20

/** Cancels everything and waits, within bounds, until the venue has answered what is under way. */
export async function settleDesk(desk: LiveOrderDesk, timers: Timers, tickMs: number): Promise<void> {
  for (const id of [...desk.orders.facts.keys()]) desk.cancel(id)
  for (let round = 0; round < ROUNDS && desk.orders.facts.size > 0; round++) {
    await new Promise<void>(done => timers.after(tickMs, done))
    desk.tick()
  }
}
