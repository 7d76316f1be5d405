import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { krakenWire } from './market-wire.ts'

const answer = (fields: object) => krakenWire.reply(JSON.stringify({ method: 'subscribe', ...fields }))

test('R-WS-06 each topic is acknowledged by an answer of its own', () => {
  const result = { channel: 'book', symbol: 'BTC/USD', depth: 100 }
  deepEqual(answer({ success: true, result, req_id: 1 }), { acknowledged: ['book:BTC/USD'], refused: [], words: '' })
  deepEqual(krakenWire.reply('{"channel":"heartbeat"}'), undefined)
})

test('R-WS-06 a topic that was asked for twice is held, not refused', () => {
  const [asked] = krakenWire.subscribe(['trade:BTC/USD'])
  const { req_id } = JSON.parse(asked!) as { req_id: number }
  deepEqual(answer({ success: false, error: 'Already subscribed', symbol: 'BTC/USD', req_id }), {
    acknowledged: ['trade:BTC/USD'],
    refused: [],
    words: '',
  })
})

test('D60 the states of all pairs are one topic, however many pairs are followed', () => {
  deepEqual(krakenWire.topics('BTC/USD', ['status']), krakenWire.topics('ETH/USD', ['status']))
  const [asked] = krakenWire.subscribe(krakenWire.topics('BTC/USD', ['status']))
  const { params, req_id } = JSON.parse(asked!) as { params: unknown; req_id: number }
  deepEqual(params, { channel: 'instrument' })
  deepEqual(answer({ success: true, result: { channel: 'instrument', snapshot: true }, req_id })?.acknowledged, [
    'instrument',
  ])
  deepEqual(answer({ success: false, error: 'Already subscribed', req_id })?.acknowledged, ['instrument'])
  deepEqual(answer({ success: false, error: 'Unknown channel', req_id })?.refused, ['instrument'])
})

test('R-WS-06 a refusal is of the channel that its request was for, and of all without a number', () => {
  const error = 'Currency pair not supported QXZ/USD'
  const [, asked] = krakenWire.subscribe(['book:QXZ/USD', 'ticker:QXZ/USD'])
  const { req_id } = JSON.parse(asked!) as { req_id: number }
  deepEqual(answer({ success: false, error, symbol: 'QXZ/USD', req_id })?.refused, ['ticker:QXZ/USD'])
  deepEqual(
    answer({ success: false, error, symbol: 'QXZ/USD' })?.refused,
    ['book', 'trade', 'ticker', 'ohlc'].map(channel => `${channel}:QXZ/USD`),
  )
})
