/** Urgency of a signal that is only just one, and of leaving when the reason to leave comes up. */
export const PLAIN_URGENCY = 0.5

/**
 * Urgency of a lead of either sign that is a signal from `least` on, in the same unit: 0 up to half of it, 0.5 at it, and
 * nearer to 1 the farther beyond.
 *
 *     1 - least / (2 |lead|)
 */
export const leadUrgency = (lead: number, least: number): number =>
  least === 0 ? 1 : Math.max(0, 1 - ((1 - PLAIN_URGENCY) * least) / Math.abs(lead))
