import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { FrameKind } from '@velocimex/core/feed/market-codec'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import fc from 'fast-check'
import { DAMAGE, mutations } from '../damaged-frames.conformance.ts'
import { type CodecTrial, leastAllocated, outcome } from '../market-codec.conformance.ts'
import { PlaceValues } from '../wire/place-values.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { fourInstruments, trialOf } from './codec-trial.conformance.ts'
import { DERIBIT } from './deribit-venue.ts'
import { inferredDraft, makeInstrument } from './instruments.ts'
import { PlainNotification } from './plain-notification.ts'
import { TickerRecords } from './ticker-records.ts'

const HEAD = '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"'
const note = (channel: string, data: string): string => `${HEAD}${channel}","data":${data}}}`
const ROWS =
  '"bids":[["change",42500.0,950.0],["new",42498.5,300],["delete",0.5,0.0]],"asks":[["new",425000000.5,12345678900],["change",1.5e1,2.0e2]]'

/** Frames as the venue writes them, in the orders of several years. */
const USUAL: Readonly<Record<string, string>> = {
  'a change': note(
    'book.BTC-PERPETUAL.100ms',
    `{"type":"change","timestamp":1699999999500,"prev_change_id":123456789,"instrument_name":"BTC-PERPETUAL","change_id":123456790,${ROWS}}`,
  ),
  'a change of an option': note(
    'book.ETH-9APR21-1950-C.raw',
    '{"type":"change","timestamp":1617644900642,"prev_change_id":8973378356,"instrument_name":"ETH-9APR21-1950-C","change_id":8973378471,"bids":[["new",0.079,4.0]],"asks":[]}',
  ),
  'a change in another order': note(
    'book.BTC-PERPETUAL.agg2',
    `{"timestamp":1699999999500,"type":"change","change_id":123456790,"instrument_name":"BTC-PERPETUAL","asks":[["delete",42501.0,0.0]],"bids":[["new",1.0,10.0]],"prev_change_id":123456789}`,
  ),
  'a whole book': note(
    'book.BTC-PERPETUAL.100ms',
    `{"type":"snapshot","timestamp":1699999999500,"instrument_name":"BTC-PERPETUAL","change_id":123456790,${ROWS}}`,
  ),
  'a whole book without a predecessor': note(
    'book.BTC-PERPETUAL.raw',
    '{"type":"snapshot","instrument_name":"BTC-PERPETUAL","timestamp":1699999999500,"change_id":1,"prev_change_id":null,"bids":[],"asks":[]}',
  ),
  'a ticker of an option': note(
    'ticker.ETH-9APR21-1950-C.raw',
    '{"underlying_price":2426.68,"underlying_index":"SYN.ETH-9APR21","timestamp":1618677848563,"stats":{"volume":null,"price_change":-21.6,"low":null,"high":0.105},"state":"open","settlement_price":0.19,"open_interest":0.0,"min_price":0.116,"max_price":0.1925,"mark_price":0.00020937,"mark_iv":71.72,"last_price":null,"interest_rate":0.0,"instrument_name":"ETH-9APR21-1950-C","index_price":2365.41,"greeks":{"vega":1.42673,"theta":-2.6054,"rho":0.88581,"gamma":0.00063,"delta":0.82955},"estimated_delivery_price":2365.41,"bid_iv":0.0,"best_bid_price":0.0795,"best_bid_amount":4.0,"best_ask_price":0.08,"best_ask_amount":1.0,"ask_iv":0.0}',
  ),
  'a ticker of a perpetual': note(
    'ticker.BTC-PERPETUAL.100ms',
    '{"timestamp":1765541474086,"state":"open","stats":{"high":93612.0,"low":89277.5,"price_change":2.3275,"volume":11897.27640428,"volume_usd":1092371540.0,"volume_notional":1092371540.0},"index_price":92263.55,"instrument_name":"BTC-PERPETUAL","last_price":92283.5,"settlement_price":92464.66,"min_price":90897.5,"max_price":93666.5,"open_interest":1132329370.0,"mark_price":92281.78,"interest_value":0.0028213400122472977,"best_ask_price":92284.0,"best_bid_price":92283.5,"estimated_delivery_price":92263.55,"best_ask_amount":186520.0,"best_bid_amount":117660.0,"current_funding":-0.00025056853702101664,"funding_8h":1.742e-05}',
  ),
  'a ticker without a quote': note(
    'ticker.ETH-9APR21-1950-C.agg2',
    '{"timestamp":1618677848563,"mark_price":2.0937e-4,"instrument_name":"ETH-9APR21-1950-C","best_bid_price":0.0,"best_bid_amount":0.0,"best_ask_price":null,"best_ask_amount":1.0}',
  ),
  'a quote': note(
    'quote.ETH_USDC-PERPETUAL',
    '{"timestamp":1765541767174,"instrument_name":"ETH_USDC-PERPETUAL","best_ask_price":2288.5,"best_bid_price":2288.05,"best_ask_amount":99.47,"best_bid_amount":0.133}',
  ),
  trades: note(
    'trades.BTC-PERPETUAL.100ms',
    '[{"timestamp":1765531356452,"price":92294.5,"amount":10.0,"direction":"sell","index_price":92276.75,"instrument_name":"BTC-PERPETUAL","trade_seq":271252854,"mark_price":92287.11,"tick_direction":2,"contracts":1.0,"combo_trade_id":"43","trade_id":"403691824"},{"trade_seq":271252855,"trade_id":"ETH-2696097","timestamp":1765531356452,"tick_direction":2,"price":92288.5,"mark_price":92287.11,"liquidation":"T","instrument_name":"BTC-PERPETUAL","index_price":92276.75,"direction":"buy","amount":750.0}]',
  ),
}
const SAMPLES = Object.values(USUAL)

/** All parts of what the codec makes of a frame: of ours, and of the same behind a blank, which only the careful reader takes. */
function readTwice({ codec }: CodecTrial, frame: Uint8Array): [quick: unknown, careful: unknown] {
  const parts = (from: number, to: number): unknown => {
    const made = [outcome(codec.decode(from, to, 17, 5), codec)]
    for (let kind = codec.next!(); kind !== FrameKind.control; kind = codec.next!()) made.push(outcome(kind, codec))
    return made
  }
  codec.buffer.fill(0x31, frame.length, frame.length + 70)
  codec.buffer.set(frame)
  const quick = parts(0, frame.length)
  codec.buffer[0] = 32
  codec.buffer.set(frame, 1)
  return [quick, parts(0, frame.length + 1)]
}

/** The text as bytes, one for each character. */
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function agree(trial: CodecTrial, frame: Uint8Array): void {
  const [quick, careful] = readTwice(trial, frame)
  deepEqual(quick, careful, Buffer.from(frame).toString('latin1'))
}

for (const [name, frame] of Object.entries(USUAL)) {
  test(`${name} is read in one pass, as the careful reader reads it`, () => {
    const bytes = new Uint8Array(4096)
    bytes.set(bytesOf(frame))
    const values = new PlaceValues(bytes, DERIBIT, fourInstruments())
    const batch = new RecordBatch(64)
    const writer = new RecordWriter(batch, values.slots, 3)
    const ids = { first: -1, last: -1, previous: -1 }
    const plain = new PlainNotification(values, batch, writer, ids, new TickerRecords(batch, writer))
    ok(plain.read(HEAD.length, frame.length) > 0)
    const trial = trialOf()
    agree(trial, bytesOf(frame))
    ok('kind' in trial.agree(bytesOf(frame)))
  })

  test(`P-21 ${name}, cut anywhere or with any byte replaced, is read as the careful reader reads it`, () => {
    const trial = trialOf()
    const bytes = bytesOf(frame)
    for (let length = 0; length <= frame.length; length++) agree(trial, bytes.subarray(0, length))
    for (let at = 0; at < frame.length; at++)
      for (const byte of DAMAGE) {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = byte
        agree(trial, damaged)
      }
  })
}

test('P-21 usual frames changed in several places are read as the careful reader and the oracle read them', () => {
  const trial = trialOf()
  fc.assert(
    fc.property(mutations(SAMPLES), text => {
      const frame = Buffer.from(text)
      agree(trial, frame)
      trial.agree(frame)
    }),
    { numRuns: 10_000 },
  )
})

test('P-21 usual frames with fields moved, dropped and doubled are read as the careful reader and the oracle read them', () => {
  const trial = trialOf()
  const moved = fc
    .tuple(
      fc.constantFrom(...SAMPLES),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(2)), { minLength: 1, maxLength: 30 }),
    )
    .map(([frame, moves]) => {
      // Only the fields of the data, or of its first trade: they hold no comma but in lists and objects.
      const from = frame.indexOf('{', HEAD.length)
      const to = frame.indexOf('trades.') > 0 ? frame.indexOf('}', from) : frame.length - 3
      const fields = frame.slice(from + 1, to).match(/"\w+":(\[.*?\](?=,"|$)|\{[^}]*\}|[^,]*)/g)!
      for (const [which, place, fate] of moves) {
        const [field] = fate === 1 ? fields.slice(which % fields.length) : fields.splice(which % fields.length, 1)
        if (fate > 0 || moves.length > 3) fields.splice(place % (fields.length + 1), 0, field!)
      }
      return `${frame.slice(0, from + 1)}${fields.join(',')}${frame.slice(to)}`
    })
  let accepted = 0
  fc.assert(
    fc.property(moved, text => {
      agree(trial, Buffer.from(text))
      if ('kind' in trial.agree(Buffer.from(text))) accepted++
    }),
    { numRuns: 10_000 },
  )
  ok(accepted > 1000, String(accepted))
})

/** Frames that differ from usual ones in a way that chance seldom finds. */
const UNUSUAL: readonly (readonly [sample: string, from: string, to: string])[] = [
  ['a change', '"prev_change_id":123456789', '"prev_change_id":null'],
  ['a whole book without a predecessor', 'null', '17'],
  ['a change', '"timestamp":1699999999500', '"timestamp":99999999999999'],
  ['a change', '"timestamp":1699999999500', '"timestamp":1699999999500.0'],
  ['a change', '950.0', '9.5e2'],
  ['a change', '950.0', '95e1'],
  ['a change', '42500.0', '0.0'],
  ['a change', '42500.0', '42500.3'],
  ['a change', '42500.0', '042500.0'],
  ['a change', '"delete",0.5,0.0', '"delete",0.5,10'],
  ['a change', '"delete",0.5,0.0', '"new",0.5,0.0'],
  ['a change', '[["change",42500.0,950.0],', '[["change",42500.0,950.0],,'],
  ['a change', ',"asks"', ',"bids":[],"asks"'],
  ['a change', '.100ms', '.10ms'],
  ['a change', 'book.BTC-PERPETUAL', `book.${'B'.repeat(60)}`],
  ['a ticker of a perpetual', '92281.78', 'null'],
  ['a ticker of a perpetual', '92281.78', '-1.5'],
  ['a ticker of a perpetual', '"state":"open"', '"state":null,"state":"open"'],
  ['a ticker of a perpetual', '"current_funding":', '"current_funding":null,"current_funding":'],
  ['a ticker of a perpetual', '"low":89277.5', '"low":{"a":[1]}'],
  ['a ticker of a perpetual', '"low":89277.5', '"low":089277.5'],
  ['a ticker of a perpetual', '"last_price":92283.5', '"last_price":"\u00e9"'],
  ['a ticker of a perpetual', '"last_price":92283.5', '"last_price":{"low":1}'],
  ['a quote', '"best_bid_price":2288.05', '"mark_price":1,"best_bid_price":2288.05'],
  ['a quote', 'quote.ETH_USDC-PERPETUAL', 'quote.ETH_USDC-PERPETUAL.raw'],
  ['trades', '403691824', '9007199254740993'],
  ['trades', '403691824', '0403691824'],
  ['trades', '"403691824"', '403691824'],
  ['trades', 'ETH-2696097', 'ETH-\u00e92696097'],
  ['trades', '"contracts":1.0', '"block_trade_id":"1"'],
  ['trades', '"contracts":1.0', '"block_trade_id":null'],
  ['trades', '"contracts":1.0', '"unheard_of":[]'],
  ['trades', '"amount":10.0', '"amount":0'],
  ['trades', '"price":92294.5', '"price":0.0'],
  ['trades', '[{', '[ {'],
]
for (const [sample, from, to] of UNUSUAL)
  test(`P-21 ${sample} with ${to.slice(0, 40)} for ${from} is read as the careful reader and the oracle read it`, () => {
    const frame = USUAL[sample]!.replace(from, to)
    ok(frame !== USUAL[sample])
    const trial = trialOf()
    // After another of its kind, so that nothing is left in the slots by chance.
    for (const usual of SAMPLES) agree(trial, bytesOf(usual))
    agree(trial, bytesOf(frame))
    trial.agree(bytesOf(frame))
  })

test('a channel whose name is too long is refused, though its instrument is in the table', () => {
  const symbols = [47, 48, 49, 55, 60].map(length => 'B'.repeat(length))
  const grid = { decimals: 0, step: 1 }
  const table = new InstrumentTable(
    symbols.map((symbol, index) => makeInstrument(DERIBIT, index, inferredDraft(symbol, grid, grid))),
  )
  for (const symbol of symbols) {
    const frame = USUAL['a change']!.replaceAll('BTC-PERPETUAL', symbol).replace(
      /"bids".*"asks":.*]]/,
      '"bids":[],"asks":[]',
    )
    const trial = trialOf(table)
    agree(trial, bytesOf(frame))
    equal('kind' in trial.agree(bytesOf(frame)), symbol.length < 55, symbol)
  }
})

test('a batch that is full refuses the frame, in one pass as with care', () => {
  for (const room of [0, 1, 2, 3, 4, 5])
    for (const frame of SAMPLES) agree(trialOf(fourInstruments(), room), bytesOf(frame))
})

test('nothing is allocated for a usual frame, whatever was read before it', () => {
  const trial = trialOf()
  const { codec } = trial
  let at = 0
  const places = SAMPLES.map(frame => {
    const from = at
    codec.buffer.set(bytesOf(frame), from)
    at += frame.length + 1
    return [from, at - 1] as const
  })
  let refused = 0
  ok(
    leastAllocated(() => {
      for (const [from, to] of places) if (codec.decode(from, to, 17, 5) < 0) refused++
    }) < 4,
  )
  equal(refused, 0)
})
