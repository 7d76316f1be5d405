import type { Cryptography } from './cryptography.ts'
import type { Credentials } from './order-venue.ts'
import { fromBase64 } from './wire/encodings.ts'

/** What is wrong with a key: in which part, and in words with the remedy. The words never hold any of it. */
export interface KeyFault {
  readonly part: keyof Credentials
  readonly words: string
}

const PEM_HEAD = '-----BEGIN '
const PEM = /^-----BEGIN [A-Z ]*PRIVATE KEY-----\s[\s\S]+\s-----END [A-Z ]*PRIVATE KEY-----\s*$/
/** Bytes of a key of Coinbase that is not in PEM: an Ed25519 seed and its public half. */
const ED25519_BYTES = 64
/** A secret of Kraken has 64 bytes, one that was made for a trial may have fewer; what has less than these is a part. */
const KRAKEN_BYTES_MIN = 16

/**
 * Why a key cannot be one of a venue, before anything is signed with it; undefined where it has the form of one. Whether
 * the venue knows it only the venue can tell.
 * @param venueId as `MarketVenue.id`
 */
export function keyFault(venueId: string, credentials: Credentials, cryptography: Cryptography): KeyFault | undefined {
  const { apiKey, secret, passphrase } = credentials
  const fault = (part: KeyFault['part'], words: string | undefined): KeyFault | undefined =>
    words === undefined ? undefined : { part, words }
  return (
    fault('apiKey', plainFault(apiKey)) ??
    fault('secret', secretFault(venueId, secret, cryptography)) ??
    fault('passphrase', venueId === 'okx' ? passphraseFault(passphrase) : undefined)
  )
}

/** Goes into a header or a query as it is: visible characters of ASCII. */
function plainFault(text: string): string | undefined {
  if (text === '') return 'is empty: set it to what the venue showed when the key was made'
  if (/\s/.test(text)) return 'holds spaces or ends of lines: paste it again without them'
  return /^[\x21-\x7e]*$/.test(text) ? undefined : 'holds characters that no key has: paste it again'
}

/** A person chose it: spaces inside are part of it. */
function passphraseFault(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return 'is not set: OKX asks for the passphrase that was chosen with the key'
  if (text.trim() !== text) return 'begins or ends with a space: paste it again without'
  return /^[\x20-\x7e]*$/.test(text) ? undefined : 'holds characters that cannot be sent: paste it again'
}

function secretFault(venueId: string, secret: string, cryptography: Cryptography): string | undefined {
  if (venueId === 'coinbase') return coinbaseFault(secret, cryptography)
  if (secret.includes(PEM_HEAD)) return 'is a private key in PEM: this venue gives a shared secret, paste that'
  const plain = plainFault(secret)
  if (plain !== undefined || venueId !== 'kraken') return plain
  const bytes = fromBase64(secret)
  if (bytes === undefined) return 'is not base 64: paste the private key of the API key as Kraken showed it'
  return bytes.length < KRAKEN_BYTES_MIN
    ? `has ${bytes.length} bytes, and a private key of Kraken has 64: paste all of it, and not the API key`
    : undefined
}

function coinbaseFault(secret: string, cryptography: Cryptography): string | undefined {
  const remedy = 'paste the privateKey of the key file as it is, with \\n for the ends of its lines'
  if (secret.trim() === '') return `is empty: ${remedy}`
  if (!secret.includes(PEM_HEAD)) {
    const bytes = fromBase64(secret)
    if (bytes?.length === ED25519_BYTES) return undefined
    return `is neither a private key in PEM nor one of ${ED25519_BYTES} bytes in base 64: ${remedy}`
  }
  if (!PEM.test(secret)) return `is a part of a private key in PEM, or has lost its ends of lines: ${remedy}`
  try {
    cryptography.sign(secret, new Uint8Array(1))
    return undefined
  } catch {
    return `is a private key in PEM that cannot be read: ${remedy}`
  }
}
