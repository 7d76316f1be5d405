const HEX = '0123456789abcdef'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte >> 4]! + HEX[byte & 15]!
  return text
}

/** Bytes in base 64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += BASE64[word >> 18]! + BASE64[(word >> 12) & 63]!
    text += at + 1 < bytes.length ? BASE64[(word >> 6) & 63]! : '='
    text += at + 2 < bytes.length ? BASE64[word & 63]! : '='
  }
  return text
}

/** Bytes in base 64 for URLs, without padding (RFC 4648, section 5). */
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

/** Bytes of a base 64 text, padded or not; undefined when it is not one. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (const digit of digits) {
    word = ((word << 6) | BASE64.indexOf(digit)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (word >> bits) & 255
    }
  }
  return bytes
}

/** `a=1&b=x%20y`, percent-encoded (RFC 3986); absent values are left out. */
export function toQuery(fields: readonly (readonly [string, string | number | boolean | undefined])[]): string {
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&')
}

/**
 * The fields of a query or of a form, in their order; of a name that stands twice the last. Undefined when a
 * percent-encoding is broken.
 */
export function fromQuery(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  const plain = (part: string): string => decodeURIComponent(part.replaceAll('+', ' '))
  try {
    for (const pair of text.split('&').filter(part => part !== '')) {
      const [key = '', ...value] = pair.split('=')
      fields.set(plain(key), plain(value.join('=')))
    }
  } catch {
    return undefined
  }
  return fields
}
