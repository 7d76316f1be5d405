import type { ClockOffset } from '@velocimex/host/net/clock-offset'
import type { RestClient } from '@velocimex/host/net/rest-client'
import type { VenueClock } from '@velocimex/venues/venue-clocks'

const DEADLINE_MS = 5_000

/** Compares our clock with a venue's, once, outside of all budgets. Without an answer nothing changes. */
export async function measureClock(rest: RestClient, venue: VenueClock, clock: ClockOffset): Promise<void> {
  const { method, path, headers } = venue.request
  const outcome = await rest.request({ method, path, headers, deadlineMs: DEADLINE_MS })
  const at = outcome.kind === 'answered' ? venue.read(outcome.body.toString()) : undefined
  if (outcome.kind !== 'answered' || at === undefined) return
  clock.sample(outcome.sentAt, at + venue.resolution / 2, outcome.answeredAt)
}
