import { createHash } from 'node:crypto'

/** What a client asks for: RFC 6455, section 4.1. No extension is ever offered, so frames come uncompressed. */
export interface HandshakeRequest {
  readonly url: URL
  /** 16 random bytes in base64. */
  readonly key: string
  /** Further header lines by name: an API key, a user agent. */
  readonly headers: Readonly<Record<string, string>>
}

/** Why an answer to the handshake is none that we can take. */
export type HandshakeFault =
  | 'not_http'
  | 'head_too_long'
  | 'no_upgrade'
  | 'wrong_accept'
  | 'unwanted_extension'
  | 'unwanted_subprotocol'

/** What the head of an answer says. `accepted` and `refused` end at byte `length` of what was read. */
export type HandshakeAnswer =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'accepted'; readonly length: number }
  | {
      readonly kind: 'refused'
      readonly length: number
      readonly status: number
      /** What the server asks us to wait, in milliseconds; undefined when it does not say, or not in a way that we read. */
      readonly retryAfterMs: number | undefined
      /** By lower-case name; of two with one name the last. */
      readonly headers: ReadonlyMap<string, string>
    }
  | { readonly kind: 'faulty'; readonly fault: HandshakeFault }

/** Longest head that is read. */
export const HEAD_BYTES_MAX = 16_384

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const LINE_BREAK = /[\r\n]/

/** The value of `Sec-WebSocket-Accept` that belongs to a key. */
export const acceptOf = (key: string): string =>
  createHash('sha1')
    .update(key + GUID)
    .digest('base64')

/** The request, ready to be written. @throws Error when a header would break the request into two */
export function writeHandshake({ url, key, headers }: HandshakeRequest): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  if (lines.some(line => LINE_BREAK.test(line))) throw new Error('a header of a handshake holds no line break')
  return `${lines.join('\r\n')}\r\n\r\n`
}

/**
 * Reads what has come of an answer, from its first byte.
 * @param key what was sent with the request
 * @param now for a `Retry-After` that gives a date, in milliseconds since 1970
 */
export function readHandshake(bytes: Uint8Array, key: string, now: number): HandshakeAnswer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES_MAX)).toString('latin1')
  if (!'HTTP/1.1 '.startsWith(text.slice(0, 9)) && !'HTTP/1.0 '.startsWith(text.slice(0, 9))) return faulty('not_http')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return bytes.length >= HEAD_BYTES_MAX ? faulty('head_too_long') : { kind: 'incomplete' }
  const length = end + 4
  const [statusLine, ...lines] = text.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine!)
  if (status === null) return faulty('not_http')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) return faulty('not_http')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  if (status[1] === '101') return readUpgrade(headers, key, length)
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
  return { kind: 'refused', length, status: Number(status[1]), retryAfterMs, headers }
}

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): whole or decimal seconds, or a date.
 * @returns milliseconds from `now`, never negative; undefined when there is none or it is not understood
 */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  if (!/^[A-Z][a-z]{2},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function readUpgrade(headers: ReadonlyMap<string, string>, key: string, length: number): HandshakeAnswer {
  const connection = (headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/)
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket' || !connection.includes('upgrade'))
    return faulty('no_upgrade')
  if (headers.get('sec-websocket-accept') !== acceptOf(key)) return faulty('wrong_accept')
  if (headers.has('sec-websocket-extensions')) return faulty('unwanted_extension')
  if (headers.has('sec-websocket-protocol')) return faulty('unwanted_subprotocol')
  return { kind: 'accepted', length }
}

const faulty = (fault: HandshakeFault): HandshakeAnswer => ({ kind: 'faulty', fault })
