import type { Random } from '@velocimex/core/clock/random'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { Timers } from '@velocimex/host/net/timers'
import type { PrivateStream } from '@velocimex/venues/order-venue'
import { PrivateLink } from '../venue/private-link.ts'
import type { VenueGateway } from '../venue/venue-gateway.ts'

/** What the private stream of an account is joined to. */
export interface StreamParts {
  readonly stream: PrivateStream
  /** The venue's private address. */
  readonly sockets: string
  readonly gateway: VenueGateway
  readonly desk: LiveOrderDesk
  readonly timers: Timers
  readonly random: Random
  onAlert(words: string): void
}

/** The private stream of an account, told to its desk; whenever it comes up, the desk asks for everything. */
export function accountStream(parts: StreamParts): PrivateLink {
  const { stream, sockets, gateway, desk, timers, random, onAlert } = parts
  return new PrivateLink({
    ...{ stream, sockets, timers, random },
    send: request => gateway.send(request),
    now: () => gateway.now(),
    listener: {
      onMessage(message) {
        if (message.kind === 'refused') onAlert(`private stream refused: ${message.code} ${message.words}`)
        if (message.kind !== 'report') return
        gateway.learn(message.report.venueOrderId, message.report.clientOrderId)
        desk.onReport(message.report)
      },
      onUp: () => desk.onLinkUp(),
      onDown: words => onAlert(`private stream: ${words}`),
    },
  })
}
