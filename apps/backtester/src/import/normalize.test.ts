import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { findVenue } from '@velocimex/venues/venues'
import { type NormalisedEvent, normalizeLines, type RefusedLine } from './normalize.ts'

const DATA = new URL('../../../../../shared/data/', import.meta.url)
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'

async function normalize(venue: string, lines: readonly string[], snapshotOf?: string) {
  const events: NormalisedEvent[] = []
  const refused: RefusedLine[] = []
  async function* input() {
    yield* lines
  }
  const counts = await normalizeLines(
    findVenue(venue)!.members[0],
    input(),
    json => events.push(JSON.parse(json)),
    each => refused.push(each),
    undefined,
    snapshotOf,
  )
  return { events, refused, counts }
}

test('one message of each kind, as people read it', async () => {
  const { events, refused } = await normalize('binance-usdm', [
    '{"e":"trade","E":1723161256523,"T":1723161256523,"s":"BTCUSDT","t":5266583939,"p":"61800.20","q":"0.015","X":"MARKET","m":true}',
    '{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5,"u":7,"pu":4,"b":[["58710.20","0.014"]],"a":[["61510.90","0.000"]]}',
    '{"e":"bookTicker","u":60,"s":"BTCUSDT","b":"7.6160","B":"8","a":"7.6180","A":"4","T":1626992757352,"E":1626992757354}',
    '{"e":"aggTrade","E":1626992747395,"a":16,"s":"CTKUSDT","p":"1.01000","q":"5","f":21,"l":23,"T":1626992747239,"m":false}',
    '{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"0.00038167","T":1562306400000}',
    '{"result":null,"id":1}',
    'nonsense',
  ])
  deepEqual(events[0], {
    type: 'trade',
    venue: 'binance-usdm',
    symbol: 'BTC/USDT:USDT',
    venueSymbol: 'BTCUSDT',
    time: '2024-08-08T23:54:16.523000Z',
    id: 5266583939,
    price: '61800.2',
    quantity: '0.015',
    side: 'sell',
  })
  deepEqual(events[1], {
    type: 'book_change',
    venue: 'binance-usdm',
    symbol: 'BTC/USDT:USDT',
    venueSymbol: 'BTCUSDT',
    time: '2024-08-08T23:54:16.298000Z',
    firstUpdateId: 5,
    updateId: 7,
    previousUpdateId: 4,
    bids: [['58710.2', '0.014']],
    asks: [['61510.9', '0']],
  })
  const { type, bidPrice, askQuantity, updateId } = events[2] as Record<string, unknown>
  deepEqual([type, bidPrice, askQuantity, updateId], ['quote', '7.616', '4', 60])
  const aggregate = events[3] as Record<string, unknown>
  deepEqual([aggregate['id'], aggregate['firstId'], aggregate['trades'], aggregate['side']], [23, 21, 3, 'buy'])
  deepEqual((events[4] as Record<string, unknown>)['markPrice'], '11794.15')
  const funding = events[5] as Record<string, unknown>
  deepEqual([funding['rate'], funding['nextTime']], ['0.00038167', '2019-07-05T06:00:00.000000Z'])
  equal(events.length, 6)
  deepEqual(refused, [{ line: 7, reason: 'malformed', text: 'nonsense' }])
})

test('a bar tells its volume, a snapshot its levels', async () => {
  const { events } = await normalize('binance-spot', [
    '{"stream":"onttry@kline_1m","data":{"e":"kline","E":1618677377951,"s":"ONTTRY","k":{"t":1618677360000,"T":1618677419999,"s":"ONTTRY","i":"1m","f":9332,"L":9332,"o":"19.10000000","c":"19.00000000","h":"19.20000000","l":"19.00000000","v":"5.00000000","n":1,"x":true,"q":"0.00000095","V":"5.00000000","Q":"95.00000000","B":"0"}}}',
    '{"stream":"onttry@depth5","data":{"lastUpdateId":160,"bids":[["19.0","10"]],"asks":[]}}',
  ])
  const [bar, book] = events as Record<string, unknown>[]
  deepEqual(
    [bar!['open'], bar!['high'], bar!['volume'], bar!['openTime'], bar!['closed'], bar!['quoteVolume']],
    ['19.1', '19.2', '5', '2021-04-17T16:36:00.000000Z', true, '0.00000095'],
  )
  deepEqual(
    [book!['type'], book!['bids'], book!['updateId'], book!['time']],
    ['book_snapshot', [['19', '10']], 160, undefined],
  )
})

test('a REST answer with a book is read when its symbol is told, and refused otherwise', async () => {
  const answer = '{"lastUpdateId":160,"bids":[["61000.10","10"]],"asks":[["61001","0.5"]]}'
  const update = '{"e":"depthUpdate","E":1700000000000,"s":"BTCUSDT","U":161,"u":161,"b":[["61000.10","0"]],"a":[]}'
  equal((await normalize('binance-spot', [answer, update])).refused.length, 1)
  const { events, refused } = await normalize('binance-spot', [answer, update, 'nonsense'], 'BTCUSDT')
  deepEqual(refused, [{ line: 3, reason: 'malformed', text: 'nonsense' }])
  deepEqual(
    events.map(({ type, symbol, updateId, bids }) => [type, symbol, updateId, bids]),
    [
      ['book_snapshot', 'BTC/USDT', 160, [['61000.1', '10']]],
      ['book_change', 'BTC/USDT', 161, [['61000.1', '0']]],
    ],
  )
})

test('every message of a recording is normalised, with the numbers that it carries', { skip }, async () => {
  const text = gunzipSync(readFileSync(new URL('binance-spot/ten-symbols-2021-04-17.jsonl.gz', DATA))).toString()
  const raws = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(line => line.dir === 'recv')
    .map(line => line.raw as string)
  const { events, refused, counts } = await normalize('binance-spot', raws)
  deepEqual([refused, counts.events, counts.lines], [[], raws.length, raws.length])
  for (const [at, event] of events.entries()) {
    const { data } = JSON.parse(raws[at]!)
    if (event['type'] === 'quote')
      deepEqual([Number(event['bidPrice']), Number(event['askQuantity'])], [Number(data.b), Number(data.A)])
    if (event['type'] === 'trade')
      deepEqual([Number(event['price']), event['side']], [Number(data.p), data.m ? 'sell' : 'buy'])
    if (event['type'] === 'book_change')
      deepEqual(
        (event['bids'] as string[][]).map(level => level.map(Number)),
        data.b.map((level: string[]) => level.map(Number)),
      )
  }
})
