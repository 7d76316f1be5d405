import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { likely, nearest } from './nearest.ts'

const KNOWN = ['name', 'mode', 'maxPosition', 'tape', 'BTCUSDT']

/** A row: what was written, what is guessed. */
const rows = `
  nmae         name
  moed         mode
  Mode         mode
  mod          mode
  maxPositon   maxPosition
  maxPostiion  maxPosition
  tap          tape
  tpae         tape
  btcusd       BTCUSDT
  n            -
  nothing      -
  position     maxPosition
  positions    -
`
for (const row of rows.trim().split('\n')) {
  const [written, guess] = row.trim().split(/\s+/) as [string, string]
  test(`${written} is taken for ${guess}`, () => equal(nearest(written, KNOWN) ?? '-', guess))
}

/** A row: what was written, what is offered. */
const offers = `
  btcusdt      BTC-USDT,BTCUSDT
  BTC          BTC-USDT,BTCUSDT,BTC/USD
  btc/usdt     BTC-USDT,BTCUSDT
  BTCUSDC      BTC-USDT,BTCUSDT,BTC/USD
  ETHUSD       ETHUSDT
  USDT         BTC-USDT,ETHUSDT,BTCUSDT
  DOGEBTC      -
`
for (const row of offers.trim().split('\n')) {
  const [written, offered] = row.trim().split(/\s+/) as [string, string]
  test(`for ${written} it offers ${offered}`, () =>
    equal(likely(written, ['BTC-USDT', 'ETHUSDT', 'BTCUSDT', 'BTC/USD']).join(',') || '-', offered))
}
