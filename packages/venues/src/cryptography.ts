/** The primitives that signing needs; pure code is handed them by the host (`node:crypto`). */
export interface Cryptography {
  hmac(hash: 'sha256' | 'sha512', key: Uint8Array, message: Uint8Array): Uint8Array
  digest(hash: 'sha256' | 'sha512', message: Uint8Array): Uint8Array
  /**
   * Signs with a private key in PEM: ES256 (raw r and s, as JWS wants it) for EC keys, Ed25519 otherwise.
   * @throws Error when the key cannot be read
   */
  sign(privateKey: string, message: Uint8Array): Uint8Array
  /**
   * Whether the holder of a private key in PEM made a signature as `sign` does. Only venues that are simulated ask; absent
   * where nothing is simulated.
   */
  verify?(privateKey: string, message: Uint8Array, signature: Uint8Array): boolean
  /** Unpredictable bytes, for nonces. */
  random(bytes: number): Uint8Array
}
