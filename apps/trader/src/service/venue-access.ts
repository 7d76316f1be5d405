import { keyFault } from '@velocimex/venues/key-fault'
import type { Credentials } from '@velocimex/venues/order-venue'
import { ORDER_SOCKETS, PRIVATE_SOCKETS } from '@velocimex/venues/order-venues'
import { CRYPTOGRAPHY } from '../venue/node-cryptography.ts'
import type { AccountConfig } from './trader-config.ts'
import type { VenueAddresses } from './venue-addresses.ts'

/** How an account reaches its venue. */
export interface VenueAccess {
  /** Absent for the venue's own. */
  readonly rest?: string
  readonly sockets?: string
  readonly privateSockets: string
  /** Of order entry, where it is not that of the private stream. */
  readonly orderSockets?: string
  readonly credentials: Credentials
}

/**
 * Addresses and key of an account.
 * @param venueId of its codec
 * @param environment where keys of venues that are not simulated stand
 * @throws Error naming the account, what is missing or has the wrong form, and the remedy; never a secret
 */
export function venueAccess(
  { name, venue, endpoint, key }: AccountConfig,
  venueId: string,
  addresses: VenueAddresses,
  environment: Readonly<Record<string, string | undefined>>,
): VenueAccess {
  if (endpoint === 'simulated') {
    const address = addresses[venue]!
    const credentials = address.keys[Number(key) - 1]
    if (credentials === undefined)
      throw new Error(`${name}: the simulated ${venue} has ${address.keys.length} keys, key ${key} is not among them`)
    return { rest: address.rest, sockets: address.sockets, privateSockets: address.sockets, credentials }
  }
  const credentials = credentialsOf(name, venueId, String(key), environment)
  const own = PRIVATE_SOCKETS.get(venueId)!
  const orders = ORDER_SOCKETS.get(venueId)
  if (endpoint === 'venue')
    return { privateSockets: own, ...(orders === undefined ? {} : { orderSockets: orders }), credentials }
  const { rest, sockets, privateSockets = sockets, orderSockets = privateSockets } = endpoint
  return { rest, sockets, privateSockets, orderSockets, credentials }
}

/** The end of the variable's name for each part of a key. */
const VARIABLES = { apiKey: 'KEY', secret: 'SECRET', passphrase: 'PASSPHRASE' } as const

function credentialsOf(
  name: string,
  venueId: string,
  prefix: string,
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
  const read = (what: string): string => {
    const value = environment[`${prefix}_API_${what}`]
    if (value === undefined || value === '')
      throw new Error(`${name}: the environment variable ${prefix}_API_${what} is not set`)
    return value
  }
  const passphrase = environment[`${prefix}_API_PASSPHRASE`]
  // A private key in PEM has lines, which some environments write as \\n.
  const secret = read('SECRET').replaceAll('\\n', '\n')
  const credentials = { apiKey: read('KEY'), secret, ...(passphrase === undefined ? {} : { passphrase }) }
  const fault = keyFault(venueId, credentials, CRYPTOGRAPHY)
  if (fault === undefined) return credentials
  throw new Error(`${name}: the environment variable ${prefix}_API_${VARIABLES[fault.part]} ${fault.words}`)
}
