import type { Random } from '@velocimex/core/clock/random'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { CashFlow } from '@velocimex/venues/cash-flow'
import type { OrderCodec, PrivateMessage, PrivateStream } from '@velocimex/venues/order-venue'
import { OrderSocket } from '../venue/order-socket.ts'
import { PrivateLink } from '../venue/private-link.ts'
import type { VenueGateway } from '../venue/venue-gateway.ts'
import type { LiveAccountOptions } from './live-account-options.ts'

/** What the links of an account are made of. */
export interface LinkParts {
  readonly codec: OrderCodec
  readonly options: Pick<LiveAccountOptions, 'timers' | 'privateSockets' | 'orderSockets' | 'seams'>
  readonly random: Random
  /** Not before `start`: it sends over `commands`. */
  gateway(): Pick<VenueGateway, 'send' | 'now'>
  onReport(report: ExecutionReport): void
  onFlow(flow: CashFlow): void
  /** The private stream is up, or may have missed something. */
  onUp(): void
  onAlert(words: string): void
}

/** The sockets of one account: what it is told, and where its commands are written, which may be one socket or two. */
export class AccountLinks {
  readonly commands: OrderSocket
  readonly #parts: LinkParts
  readonly #private: PrivateLink
  /** The socket of order entry, where it is not the private one. */
  readonly #orders: PrivateLink | undefined

  constructor(parts: LinkParts) {
    const { codec, options, onReport, onFlow, onUp } = parts
    const { privateSockets, orderSockets = privateSockets } = options
    const session = codec.socket?.session
    this.#parts = parts
    this.commands = new OrderSocket(() => this.#orders ?? this.#private, options.timers, options.seams?.onWritten)
    this.#private = this.#link('private stream', codec.stream, privateSockets, session === undefined, {
      onUp,
      onMessage: message => {
        if (message.kind === 'report') onReport(message.report)
        else if (message.kind === 'cash_flow') onFlow(message.flow)
      },
    })
    const quiet = { onUp: () => {}, onMessage: () => {} }
    this.#orders = session && this.#link('order socket', session, orderSockets, true, quiet)
  }

  start(): void {
    this.#private.start()
    this.#orders?.start()
  }

  stop(): void {
    this.#private.stop()
    this.#orders?.stop()
    this.commands.onDown('we stop')
  }

  /** Drops the sockets and connects anew. */
  reconnect(): void {
    this.#private.reconnect()
    this.#orders?.reconnect()
  }

  /** Whether the account is told what happens to it. */
  get isUp(): boolean {
    return this.#private.isUp
  }

  #link(
    name: string,
    stream: PrivateStream,
    sockets: string,
    takesCommands: boolean,
    own: { onUp(): void; onMessage(message: PrivateMessage): void },
  ): PrivateLink {
    const { options, random, gateway, onAlert } = this.#parts
    return new PrivateLink({
      ...{ stream, sockets, timers: options.timers, random },
      send: request => gateway().send(request),
      now: () => gateway().now(),
      listener: {
        onUp: () => own.onUp(),
        onMessage: message => {
          if (takesCommands) this.commands.onMessage(message)
          if (message.kind === 'refused') onAlert(`${name} refused: ${message.code} ${message.words}`)
          own.onMessage(message)
        },
        onDown: words => {
          if (takesCommands) this.commands.onDown(words)
          onAlert(`${name}: ${words}`)
        },
      },
    })
  }
}
