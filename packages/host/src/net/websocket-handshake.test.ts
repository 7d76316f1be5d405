import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { acceptOf, readHandshake, readRetryAfter, writeHandshake } from './websocket-handshake.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const NOW = Date.parse('2026-11-21T08:00:00Z')
const HEAD = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${acceptOf(KEY)}`,
  '',
  '',
].join('\r\n')

test('the accept value is that of RFC 6455, section 1.3', () => {
  equal(acceptOf(KEY), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test('a request names its host and offers nothing; a header that breaks it into two is our mistake', () => {
  const url = new URL('wss://stream.binance.com:9443/stream?streams=a@b/c')
  const request = writeHandshake({ url, key: KEY, headers: { 'X-Key': 'k' } })
  match(request, /^GET \/stream\?streams=a@b\/c HTTP\/1\.1\r\nHost: stream\.binance\.com:9443\r\n/)
  ok(request.endsWith('X-Key: k\r\n\r\n'))
  ok(!/extensions|protocol:/i.test(request))
  throws(() => writeHandshake({ url, key: KEY, headers: { 'X-Key': 'k\r\nEvil: 1' } }), /no line break/)
})

test('an answer is incomplete up to its last byte, and ends there whatever follows', () => {
  for (let cut = 0; cut < HEAD.length; cut++)
    equal(readHandshake(Buffer.from(HEAD.slice(0, cut)), KEY, NOW).kind, 'incomplete')
  deepEqual(readHandshake(Buffer.from(`${HEAD}\x81\x02hi`, 'latin1'), KEY, NOW), {
    kind: 'accepted',
    length: HEAD.length,
  })
})

test('any bytes at all are read without a throw, and only the right accept is taken', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 ',
      '101 ',
      '429 x',
      '\r\n',
      '\r\n\r\n',
      'Upgrade: websocket',
      'Connection: upgrade',
      ':',
      '__proto__: x',
    ),
    fc.string(),
  )
  const property = fc.property(fc.array(part, { maxLength: 30, size: 'max' }), parts => {
    const answer = readHandshake(Buffer.from(parts.join(''), 'latin1'), KEY, NOW)
    ok(answer.kind !== 'accepted')
  })
  fc.assert(property, { numRuns: 2000 })
})

for (const [line, fault] of [
  ['Sec-WebSocket-Extensions: permessage-deflate', 'unwanted_extension'],
  ['Sec-WebSocket-Protocol: chat', 'unwanted_subprotocol'],
  ['no colon', 'not_http'],
])
  test(`an answer with "${line}" is ${fault}`, () => {
    const head = HEAD.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`)
    deepEqual(readHandshake(Buffer.from(head), KEY, NOW), { kind: 'faulty', fault })
  })

const wishes: [text: string | undefined, ms: number | undefined][] = [
  [undefined, undefined],
  ['0', 0],
  ['120', 120_000],
  ['1.5', 1_500],
  ['Sat, 21 Nov 2026 08:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 07:00:00 GMT', 0],
  ['-1', undefined],
  ['soon', undefined],
  ['1e9', undefined],
  ['99999999999', undefined],
  ['', undefined],
]
for (const [text, ms] of wishes) test(`Retry-After: ${text} is ${ms} ms`, () => equal(readRetryAfter(text, NOW), ms))
