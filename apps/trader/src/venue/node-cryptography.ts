import { createHash, createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto'
import type { Cryptography } from '@velocimex/venues/cryptography'

/** The primitives of signing from Node's own library. */
export const CRYPTOGRAPHY: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign(privateKey, message) {
    const key = createPrivateKey(privateKey)
    const isEc = key.asymmetricKeyType === 'ec'
    return sign(isEc ? 'sha256' : null, message, isEc ? { key, dsaEncoding: 'ieee-p1363' } : key)
  },
  random: bytes => randomBytes(bytes),
}
