import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as platformCrc32 } from 'node:zlib'
import { crc32 } from '@velocimex/core/bus/crc32'
import fc from 'fast-check'
import { CRC_BEGIN, crcJoin, crcOf, partOf } from './crc-join.ts'

test('the CRC of parts put together is that of the whole', () => {
  const part = fc.uint8Array({ maxLength: 140 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), parts => {
      let rest = CRC_BEGIN
      for (const each of parts) rest = crcJoin(rest, partOf(crc32(each), each.length), each.length)
      equal(crcOf(rest), platformCrc32(Buffer.concat(parts)))
    }),
    { numRuns: 2000 },
  )
})

test('a part of any length up to some steps is gone past', () => {
  for (let length = 0; length <= 100; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255)
    const rest = crcJoin(crcJoin(CRC_BEGIN, partOf(crc32(bytes), length), length), partOf(crc32(bytes), length), length)
    equal(crcOf(rest), platformCrc32(Buffer.concat([bytes, bytes])), `${length}`)
  }
})
