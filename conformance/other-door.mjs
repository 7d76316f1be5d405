// For clients whose addresses are fixed: what they send to a venue's host is handed to a port of this machine.
import http from 'node:http'
import https from 'node:https'

/**
 * Hands the requests of this process to the hosts of a domain, those that open sockets too, to a port here, unencrypted.
 *
 * @param domain `kraken.com`: it and all hosts under it
 * @returns ends it
 */
export function openOtherDoor(domain, port) {
  const own = https.request
  https.request = (options, ...more) => {
    const host = String(options.hostname ?? options.host ?? '')
    if (host !== domain && !host.endsWith(`.${domain}`)) return own(options, ...more)
    const { createConnection: _, ...rest } = options
    return http.request({ ...rest, protocol: 'http:', host: '127.0.0.1', hostname: '127.0.0.1', port }, ...more)
  }
  return () => {
    https.request = own
  }
}
