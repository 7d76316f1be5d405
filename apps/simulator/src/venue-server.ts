import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SocketSession, VenueReply } from '@velocimex/venues/venue-dialect'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Fault, FaultPlan } from './fault-plan.ts'
import { FaultySocket } from './faulty-socket.ts'
import { SocketLife } from './socket-life.ts'
import type { VenueMarket } from './venue-market.ts'

const BODY_MAX = 1 << 20
const FRAME_MAX = 1 << 20
const CLIENTS_MAX = 1_000
const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' }

/** The sockets of a simulated venue: REST and WebSocket on one port of this machine. */
export class VenueServer {
  readonly plan: FaultPlan
  /** Requests answered and frames received, since the start. */
  readonly counts = { requests: 0, frames: 0 }
  readonly #market: VenueMarket
  readonly #now: () => number
  readonly #http: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX, perMessageDeflate: false })
  readonly #clients = new Map<WebSocket, FaultySocket>()
  readonly #lives = new Map<WebSocket, SocketLife>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #waiting = new Set<{ readonly text: string; readonly done: () => void }>()

  /** @param now the venue's instant in microseconds */
  constructor(market: VenueMarket, plan: FaultPlan, now: () => number) {
    this.#market = market
    this.plan = plan
    this.#now = now
    this.#http = createServer((request, response) => void this.#request(request, response))
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Listens on this machine. @param port 0 for a free one @returns the port */
  async listen(port: number): Promise<number> {
    this.#http.listen(port, '127.0.0.1')
    await once(this.#http, 'listening')
    return (this.#http.address() as AddressInfo).port
  }

  /** Sockets that are open. */
  get clients(): number {
    return this.#clients.size
  }

  /** Closes every socket with a code, or cuts them without a word for 1006. */
  closeAll(code: number, reason: string): void {
    for (const client of this.#clients.values())
      if (code === 1006) client.cut()
      else client.close(code, reason)
  }

  /** Resolves when a client has sent a request or a frame that contains a text. */
  heard(text: string): Promise<void> {
    return new Promise(done => this.#waiting.add({ text, done }))
  }

  #hear(text: string): void {
    for (const waiting of this.#waiting) {
      if (!text.includes(waiting.text)) continue
      this.#waiting.delete(waiting)
      waiting.done()
    }
  }

  /** Time has passed: pings are due, or lives over. */
  tick(): void {
    const now = this.#millis()
    for (const life of this.#lives.values()) life.tick(now)
  }

  /**
   * Plans a fault. What is to be told stale is asked for now, as whoever asks for no account would ask for it.
   * @returns false when there are too many
   */
  addFault(fault: Fault): boolean {
    if (fault.kind !== 'stale') return this.plan.add(fault)
    const [path, query = ''] = splitAt(fault.match.slice('GET '.length), '?')
    const { status, body } = this.#market.dialect.answer({ method: 'GET', path, query, headers: {}, body: '' })
    return this.plan.add({ ...fault, status, body, headers: JSON_TYPE })
  }

  /** Sends a frame to every socket. */
  inject(text: string): void {
    for (const client of this.#clients.values()) client.send(text)
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const client of this.#clients.values()) client.cut()
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.counts.requests++
    const body = await bodyOf(request)
    if (body === undefined) {
      response.writeHead(413).end()
      return
    }
    const [path, query = ''] = splitAt(request.url ?? '/', '?')
    const method = request.method ?? 'GET'
    const asked = `${method} ${request.url ?? ''} ${body}`
    this.#hear(asked)
    const fault = this.plan.strike('request', asked)
    if (fault?.kind === 'not_done') {
      request.socket.destroy()
      return
    }
    if (fault?.kind === 'status' || fault?.kind === 'stale') {
      response.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    this.#market.advanceTo(this.#now())
    // By the venue's own clock, which may be skewed.
    response.setHeader('date', new Date(this.#now() / 1000).toUTCString())
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    let reply: VenueReply
    try {
      reply = this.#market.dialect.answer({ method, path, query, headers, body })
    } catch (cause) {
      // A mistake of the simulation, told to whoever met it; the venue goes on for the others.
      reply = { status: 500, body: JSON.stringify({ simulator: String(cause) }) }
    }
    this.#reply(response, reply, fault)
  }

  #reply(response: ServerResponse, reply: VenueReply, fault: Fault | undefined): void {
    const send = (body: string): void => {
      response.writeHead(reply.status, { ...JSON_TYPE, ...reply.headers }).end(body)
    }
    if (fault?.kind === 'lost_answer') response.socket?.destroy()
    else if (fault?.kind === 'garbage') send('<html><body>Bad gateway')
    else if (fault?.kind === 'truncate') send(reply.body.slice(0, Math.floor(reply.body.length / 2)))
    else if (fault?.kind === 'slow') this.#later(fault.amount, () => send(reply.body))
    else send(reply.body)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {}) // A close follows; a client's fault is no fault of ours.
    const url = request.url ?? '/'
    const fault = this.plan.strike('request', `UPGRADE ${url}`)
    if (this.#clients.size >= CLIENTS_MAX) refuse(socket, '503 Service Unavailable')
    else if (fault?.kind === 'status') refuse(socket, `${fault.status} Refused`)
    else if (fault !== undefined) socket.destroy()
    else {
      const client = new FaultySocket(this.plan, (wait, run) => this.#later(wait, run))
      const session = this.#open(url, client)
      if (session === undefined) refuse(socket, '404 Not Found')
      else if (session instanceof Error) refuse(socket, '500 Internal Server Error')
      else this.#join(request, socket, head, client, session)
    }
  }

  #open(url: string, client: FaultySocket): SocketSession | Error | undefined {
    const [path, query = ''] = splitAt(url, '?')
    try {
      return this.#market.dialect.open(path, query, client)
    } catch (cause) {
      return cause as Error
    }
  }

  #join(request: IncomingMessage, socket: Duplex, head: Buffer, faulty: FaultySocket, session: SocketSession): void {
    let isJoined = false
    this.#sockets.handleUpgrade(request, socket, head, client => {
      isJoined = true
      this.#clients.set(client, faulty)
      client.on('error', () => {}) // As above.
      const living = { ping: () => client.ping(), close: (code: number, why: string) => faulty.close(code, why) }
      const life = new SocketLife(session.rules ?? {}, living, this.#millis())
      this.#lives.set(client, life)
      client.on('message', (bytes, isBinary) => {
        this.counts.frames++
        if (life.heard(this.#millis()) && !isBinary) this.#take(bytes.toString(), client, faulty, session)
      })
      client.on('ping', () => life.heard(this.#millis()))
      client.on('pong', () => {
        if (life.heard(this.#millis())) life.ponged()
      })
      client.on('close', () => {
        this.#clients.delete(client)
        this.#lives.delete(client)
        session.onClosed()
      })
      faulty.attach(client, socket)
    })
    // The handshake was no handshake, and has been answered so.
    if (!isJoined) session.onClosed()
  }

  #take(text: string, client: WebSocket, faulty: FaultySocket, session: SocketSession): void {
    this.#market.advanceTo(this.#now())
    this.#hear(text)
    const fault = this.plan.strike('message', text)
    if (fault?.kind === 'not_done' || fault?.kind === 'lost_answer') faulty.cut()
    if (fault?.kind === 'not_done' || fault?.kind === 'drop') return
    try {
      session.onText(text)
    } catch (cause) {
      // As for requests; the reason of a close holds 123 bytes.
      client.close(1011, `simulator: ${cause}`.replace(/[^ -~]/g, '?').slice(0, 120))
    }
  }

  #millis(): number {
    return this.#now() / 1000
  }

  #later(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, milliseconds)
    this.#timers.add(timer)
  }
}

/** Ends a handshake with a status, as long as the client stays to hear it. */
function refuse(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function splitAt(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** The body of a request; undefined when it is too long or the client went away. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      length += (chunk as Buffer).length
      if (length > BODY_MAX) return undefined
      chunks.push(chunk as Buffer)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString()
}
