import { readJsonFile } from '@velocimex/host/config/read-json-file'
import { z } from 'zod'
import { addressSchema, type VenueAddress } from './venue-process.ts'

/** Addresses of simulated venues, by their names. */
export type VenueAddresses = Readonly<Record<string, VenueAddress>>

/**
 * Reads a file of addresses: a list of what each venue told when it started, `velocimex simulate-venue --json`.
 * @param needed names of venues that must be in it
 * @throws Error naming what is wrong
 */
export function readVenues(path: string, needed: readonly string[]): VenueAddresses {
  const listed = readJsonFile(path, z.array(addressSchema, 'must be a list of venues'))
  const byName = Object.fromEntries(listed.map(address => [address.venue, address]))
  const missing = needed.find(name => byName[name] === undefined)
  if (missing !== undefined) throw new Error(`${path} lacks the venue ${missing}`)
  return byName
}
