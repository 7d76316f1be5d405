// What the SDKs of binance, bybit, okx and coinbase have in common: they are of one family.
import { Heard } from './heard.mjs'

/**
 * Sends the sockets of a client to another place, each with the path that it asks for.
 *
 * @param client a WebsocketClient of the family
 * @param sockets `ws://127.0.0.1:port`
 */
export function redirect(client, sockets) {
  const asked = client.getWsUrl.bind(client)
  client.getWsUrl = async (...of) => (await asked(...of)).replace(/^wss:\/\/[^/]+/, sockets)
  client.on('exception', told => client.logger.error(told))
  return client
}

/** What a client says in its log, kept: the last error explains a step in which nothing came. */
export class KeptLog {
  lastError = ''
  trace() {}
  info() {}
  error(...told) {
    this.lastError = wordsOf(told)
  }
}

/** Everything that a client's sockets tell. */
export const heardBy = client => new Heard(client, 'update', 'message', 'response', 'authenticated')

/** The words of whatever a client threw: an error, a text, or the venue's answer as an object. */
export function wordsOf(thrown) {
  if (typeof thrown === 'string') return thrown
  if (thrown instanceof Error) return thrown.message
  const { code, message, msg, retCode, retMsg, body, error, data } = thrown ?? {}
  const words = { code, message, msg, retCode, retMsg, body, error, data }
  const seen = new WeakSet()
  const once = (_key, value) => {
    if (value instanceof Error) return value.message
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return undefined
    seen.add(value)
    return value
  }
  return JSON.stringify(Array.isArray(thrown) ? thrown : words, once)
}
