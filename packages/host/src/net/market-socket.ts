import { randomBytes } from 'node:crypto'
import { connect as connectPlain, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { assert } from '@velocimex/core/assert'
import type { Micros } from '@velocimex/core/clock/micros'
import { closePayload, maskedFrame, Opcode } from './frame-writer.ts'
import type { Timers } from './timers.ts'
import { type HandshakeFault, HEAD_BYTES_MAX, readHandshake, writeHandshake } from './websocket-handshake.ts'
import { closeCodeOf, type FrameFault, isCloseCode, WebSocketReader } from './websocket-reader.ts'

/** A part of some memory that one socket reads into: of a codec's own buffer, so that it decodes where the bytes lie. */
export interface Region {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

/** Where to connect, and how much one connection may take. */
export interface MarketSocketOptions {
  /** `wss://host:port/path?query` or `ws:`. */
  readonly url: string
  readonly region: Region
  /** Longest message in bytes; the region holds `REGION_RESERVE` more, and twice as much reads faster. */
  readonly messageMax: number
  /** Header lines of the handshake beside those of the protocol. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until a connection is open or given up: name, TCP, TLS and handshake together. 10,000 unless told. */
  readonly openMs?: number
  /** Milliseconds that a peer has to answer our close. 2,000 unless told. */
  readonly closeMs?: number
  /** Bytes that may wait to be sent. 1 MiB unless told. */
  readonly queuedMax?: number
  /** Certificates and the like for `wss:`. */
  readonly tls?: ConnectionOptions
}

/** How a connection ended, or why it never began. */
export type SocketEnd =
  /** The server answered the handshake with HTTP: 429, 403, 418, 5xx. `retryAfterMs` is its wish, if it said one. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number | undefined }
  /** The answer to the handshake is not one. */
  | { readonly kind: 'bad_handshake'; readonly fault: HandshakeFault }
  /** No name, no route, no TLS, or cut before the handshake was through. `code` as the operating system says it. */
  | { readonly kind: 'failed'; readonly code: string }
  /** Not open within `openMs`. */
  | { readonly kind: 'timeout' }
  /** The peer's frames broke the protocol or a bound; it was told so. */
  | { readonly kind: 'fault'; readonly fault: FrameFault }
  /** Was open. `code` is the one in the peer's close frame; 1005 when that had none; 1006 when no close frame came. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }

/** Why nothing was sent. */
export type SendRefusal = 'not_open' | 'too_much_queued'

/** Is told what happens on a connection. Never called within the making of the socket. */
export interface MarketSocketListener {
  opened(): void
  /**
   * A whole message lies in `bytes` at [from, to), until this call returns.
   * @param at when the bytes came, in microseconds: one instant for all messages of one read
   */
  message(bytes: Uint8Array, from: number, to: number, isBinary: boolean, at: Micros): void
  pong(): void
  /** The last call. */
  ended(end: SocketEnd): void
}

type State = 'opening' | 'open' | 'closing' | 'ended'

/**
 * A WebSocket client that receives into memory of the caller: TCP or TLS, handshake, frames, nothing kept. Answers pings
 * by itself. Offers no compression: a venue's small frames would gain little and cost a copy each.
 */
export class MarketSocket {
  readonly #socket: Socket
  readonly #reader: WebSocketReader
  readonly #listener: MarketSocketListener
  readonly #timers: Timers
  readonly #options: MarketSocketOptions
  readonly #url: URL
  readonly #key = randomBytes(16).toString('base64')
  #state: State = 'opening'
  #takeBack: () => void
  #heardAt: Micros
  /** What the end will be once the operating system has let go of the socket. */
  #end: SocketEnd | undefined

  /** Begins to connect. @throws Error when the URL is none of ours, or a region is too small: mistakes of the caller */
  constructor(options: MarketSocketOptions, listener: MarketSocketListener, timers: Timers) {
    const { bytes, from, to } = options.region
    this.#options = options
    this.#url = new URL(options.url)
    this.#listener = listener
    this.#timers = timers
    this.#heardAt = timers.now()
    this.#reader = new WebSocketReader(bytes, from, to, 'client', options.messageMax, {
      message: (start, end, isBinary) => listener.message(bytes, start, end, isBinary, this.#heardAt),
      ping: (start, end) => this.#write(Opcode.pong, bytes.slice(start, end)),
      pong: () => listener.pong(),
      close: (code, start, end) => this.#peerCloses(code, Buffer.from(bytes.subarray(start, end)).toString()),
    })
    this.#socket = this.#connect()
    this.#socket.setNoDelay(true)
    this.#socket.on('error', (cause: NodeJS.ErrnoException) => this.#broke(cause.code ?? cause.message))
    this.#socket.on('close', () => this.#closed())
    this.#takeBack = timers.after(options.openMs ?? 10_000, () => this.#giveUp({ kind: 'timeout' }))
  }

  /** When the last bytes came, in microseconds; the instant of its making before the first. */
  get heardAt(): Micros {
    return this.#heardAt
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Bytes that wait for the peer to take them. */
  get queued(): number {
    return this.#socket.writableLength
  }

  /** Sends one message. @returns why it was not; undefined when it is on its way */
  send(message: string | Uint8Array): SendRefusal | undefined {
    return this.#write(typeof message === 'string' ? Opcode.text : Opcode.binary, message)
  }

  /** Sends a ping with no payload; the answer is told as `pong`. */
  ping(): SendRefusal | undefined {
    return this.#write(Opcode.ping, '')
  }

  /** Says good-bye and waits `closeMs` for the answer. Messages that were on their way are still delivered. */
  close(code = 1000, reason = ''): void {
    assert(isCloseCode(code), 'a close code is one that may be sent', code)
    if (this.#state === 'opening') this.terminate()
    if (this.#state !== 'open') return
    this.#write(Opcode.close, closePayload(code, reason))
    this.#await()
  }

  /** Lets go at once: nothing more is delivered, `ended` follows. For a peer that does not answer. */
  terminate(): void {
    if (this.#state === 'opening') this.#giveUp({ kind: 'failed', code: 'terminated' })
    else if (this.#state !== 'ended') this.#giveUp({ kind: 'closed', code: 1006, reason: '' })
  }

  #connect(): Socket {
    const { protocol, hostname, port } = this.#url
    assert(protocol === 'ws:' || protocol === 'wss:', 'a market socket is ws: or wss:', protocol)
    const isTls = protocol === 'wss:'
    const host = hostname.replace(/^\[|\]$/g, '')
    const onread = {
      buffer: () => this.#reader.room(),
      callback: (count: number) => {
        this.#received(count)
        return true
      },
    }
    const to = { host, port: port === '' ? (isTls ? 443 : 80) : Number(port), onread }
    const socket = isTls
      ? connectTls({ ALPNProtocols: ['http/1.1'], ...this.#options.tls, ...to })
      : connectPlain({ ...to })
    const request = writeHandshake({ url: this.#url, key: this.#key, headers: this.#options.headers ?? {} })
    socket.once(isTls ? 'secureConnect' : 'connect', () => socket.write(request))
    return socket
  }

  #received(count: number): void {
    if (this.#end !== undefined && this.#end.kind !== 'closed') return
    if (this.#state === 'ended') return
    this.#heardAt = this.#timers.now()
    this.#reader.received(count)
    if (this.#state === 'opening' && !this.#shakeHands()) return
    this.#reader.split()
    const { fault } = this.#reader
    if (fault !== undefined) this.#refuse(fault)
  }

  /** Returns true when frames follow. */
  #shakeHands(): boolean {
    const { bytes, start, end } = this.#reader
    const answer = readHandshake(bytes.subarray(start, end), this.#key, this.#timers.now() / 1000)
    const { from, to } = this.#options.region
    if (answer.kind === 'incomplete' && end - start < Math.min(HEAD_BYTES_MAX, to - from)) return false
    if (answer.kind === 'accepted') {
      this.#takeBack()
      this.#reader.skip(answer.length)
      this.#state = 'open'
      this.#listener.opened()
      return true
    }
    if (answer.kind === 'refused') {
      const { status, retryAfterMs } = answer
      this.#giveUp({ kind: 'refused', status, retryAfterMs })
    } else this.#giveUp({ kind: 'bad_handshake', fault: answer.kind === 'faulty' ? answer.fault : 'head_too_long' })
    return false
  }

  #write(opcode: number, payload: string | Uint8Array): SendRefusal | undefined {
    if (this.#state !== 'open') return 'not_open'
    if (this.#socket.writableLength + payload.length > (this.#options.queuedMax ?? 1_048_576)) return 'too_much_queued'
    this.#socket.write(maskedFrame(opcode, payload))
    return undefined
  }

  #peerCloses(code: number, reason: string): void {
    if (this.#state === 'open') this.#write(Opcode.close, code === 1005 ? '' : closePayload(code, ''))
    this.#end ??= { kind: 'closed', code, reason }
    this.#await()
    this.#socket.end()
  }

  #refuse(fault: FrameFault): void {
    if (this.#end !== undefined) return
    this.#end = { kind: 'fault', fault }
    this.#write(Opcode.close, closePayload(closeCodeOf(fault), ''))
    this.#await()
    this.#socket.end()
  }

  /** From now on the peer has `closeMs` to let go. */
  #await(): void {
    this.#state = 'closing'
    this.#takeBack()
    this.#takeBack = this.#timers.after(this.#options.closeMs ?? 2_000, () => this.#socket.destroy())
  }

  #broke(code: string): void {
    this.#end ??=
      this.#state === 'opening'
        ? { kind: 'failed', code }
        : { kind: 'closed', code: 1006, reason: code === 'cut' ? '' : code }
  }

  #giveUp(end: SocketEnd): void {
    this.#end ??= end
    this.#reader.stop()
    this.#reader.split()
    this.#state = 'ended'
    this.#takeBack()
    this.#socket.destroy()
  }

  #closed(): void {
    this.#broke('cut')
    this.#state = 'ended'
    this.#takeBack()
    this.#listener.ended(this.#end!)
  }
}
