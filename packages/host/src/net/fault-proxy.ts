import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { FaultLane, type LaneFaults } from './fault-lane.ts'
import type { Timers } from './timers.ts'

/** A direction of a proxied line: from the client to the server, or back. */
export type Direction = 'toServer' | 'toClient'

interface Line {
  readonly client: Socket
  readonly server: Socket
  readonly lanes: Readonly<Record<Direction, FaultLane>>
}

const LINES_MAX = 1_000

/**
 * A TCP proxy with faults, for tests and simulated venues: every fault is a call, in effect at once for the lines that are
 * open and for those that come. It knows nothing about what passes through.
 */
export class FaultProxy {
  /** What is wrong now, by direction; set the fields to change it. */
  readonly faults: Readonly<Record<Direction, LaneFaults>> = { toServer: healthy(), toClient: healthy() }
  readonly #timers: Timers
  readonly #target: { readonly host: string; readonly port: number }
  readonly #server: Server
  readonly #lines = new Set<Line>()
  #isRefusing = false
  #accepted = 0

  private constructor(target: { readonly host: string; readonly port: number }, timers: Timers) {
    this.#target = target
    this.#timers = timers
    this.#server = createServer({ allowHalfOpen: true }, client => this.#join(client))
  }

  /** Listens on this machine and hands every connection on to the target. @param port 0 for a free one */
  static async start(
    target: { readonly host: string; readonly port: number },
    timers: Timers,
    port = 0,
  ): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, timers)
    proxy.#server.listen(port, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Lines that are open. */
  get lines(): number {
    return this.#lines.size
  }

  /** Connections that were tried, since the beginning. */
  get accepted(): number {
    return this.#accepted
  }

  /** Bytes that came into the open lines in a direction, whatever became of them. */
  came(direction: Direction): number {
    return [...this.#lines].reduce((sum, { lanes }) => sum + lanes[direction].came, 0)
  }

  /** Every byte comes late, both ways. */
  delay(ms: number): void {
    this.faults.toServer.delayMs = ms
    this.faults.toClient.delayMs = ms
  }

  /** A narrow line, both ways. */
  limit(bytesPerSecond: number): void {
    this.faults.toServer.bytesPerSecond = bytesPerSecond
    this.faults.toClient.bytesPerSecond = bytesPerSecond
  }

  /** Half-open: what either side sends vanishes, its end too, and nobody is told. New connections are taken, and mute. */
  swallow(): void {
    this.faults.toServer.isSwallowing = true
    this.faults.toClient.isSwallowing = true
  }

  /** Ends every line in order (FIN). */
  cut(): void {
    for (const { client, server } of this.#lines) {
      client.end()
      server.end()
    }
  }

  /** Breaks every line (RST). */
  reset(): void {
    for (const { client, server } of this.#lines) {
      breakOff(client)
      breakOff(server)
    }
  }

  /** Breaks every new connection at once, until `heal`. */
  refuse(): void {
    this.#isRefusing = true
  }

  /** Changes one byte on every open line: the one `offset` bytes from here in a direction. */
  flip(direction: Direction, offset: number, mask = 0xff): void {
    for (const { lanes } of this.#lines) lanes[direction].flip(offset, mask)
  }

  /** Lets so many bytes through in a direction of every open line, and then ends that direction. */
  truncate(direction: Direction, count: number): void {
    for (const { lanes } of this.#lines) lanes[direction].truncate(count)
  }

  /** Nothing is wrong from now on. Bytes that were swallowed stay lost. */
  heal(): void {
    Object.assign(this.faults.toServer, healthy())
    Object.assign(this.faults.toClient, healthy())
    this.#isRefusing = false
  }

  /** Breaks all lines and listens no more. */
  async stop(): Promise<void> {
    this.#server.close()
    for (const line of this.#lines) this.#drop(line)
    if (this.#server.listening) await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    this.#accepted++
    client.on('error', () => {})
    if (this.#isRefusing || this.#lines.size >= LINES_MAX) {
      breakOff(client)
      return
    }
    const server = connect({ ...this.#target, allowHalfOpen: true })
    client.setNoDelay(true)
    server.setNoDelay(true)
    const line: Line = {
      client,
      server,
      lanes: {
        toServer: new FaultLane(client, server, this.faults.toServer, this.#timers),
        toClient: new FaultLane(server, client, this.faults.toClient, this.#timers),
      },
    }
    this.#lines.add(line)
    // What one side breaks the other feels as broken, unless the line is dead to both.
    server.on('error', () => this.faults.toClient.isSwallowing || breakOff(client))
    client.on('close', () => this.#left(line, client))
    server.on('close', () => this.#left(line, server))
  }

  #left(line: Line, socket: Socket): void {
    const [other, faults] =
      socket === line.client ? [line.server, this.faults.toServer] : [line.client, this.faults.toClient]
    if (other.destroyed) this.#drop(line)
    else if (!faults.isSwallowing && socket.errored !== null) breakOff(other)
  }

  #drop(line: Line): void {
    this.#lines.delete(line)
    line.lanes.toServer.stop()
    line.lanes.toClient.stop()
    line.client.destroy()
    line.server.destroy()
  }
}

const healthy = (): LaneFaults => ({ delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, isSwallowing: false })

/**
 * A reset (RST). One that was ended already is only destroyed: Node's reset of a socket whose end is on its way closes
 * nothing, and the process then cannot exit.
 */
function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
