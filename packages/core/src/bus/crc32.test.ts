import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as crcOfZlib } from 'node:zlib'
import fc from 'fast-check'
import { crc32 } from './crc32.ts'

test('the check value of the standard', () => {
  equal(crc32(Buffer.from('123456789')), 0xcbf43926)
  equal(crc32(Buffer.from('xx123456789x'), 2, 11), 0xcbf43926)
  equal(crc32(new Uint8Array(0)), 0)
})

test('any bytes, and any part of them, have the remainder that zlib gives them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), fc.nat(400), (bytes, from) => {
      equal(crc32(bytes), crcOfZlib(bytes))
      equal(crc32(bytes, from), crcOfZlib(bytes.subarray(from)))
    }),
  )
})
