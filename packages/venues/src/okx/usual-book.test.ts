import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import { recordedLines, recordings } from '../market-codec.conformance.ts'
import { decimalTexts, proveUsual, walksOf } from '../usual-frames.conformance.ts'
import { okxVenue, trialOf } from './codec-trial.conformance.ts'

const push = (channel: string, instId: string, action: string, data: string): string =>
  `{"arg":{"channel":"${channel}","instId":"${instId}"},${action}"data":[${data}]}`

/** Books of all years: with a checksum, with a checksum of 0 and numbers, with numbers alone; whole, changed, best levels. */
const SAMPLES: readonly string[] = [
  push(
    'books',
    'BTC-USDT',
    '"action":"snapshot",',
    '{"asks":[["8476.98","415","0","13"],["8477","7.5","0","2"]],"bids":[["8476.97","256","0","12"],["8475.50","0.00000001","0","1"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":123456}',
  ),
  push(
    'books',
    'BTC-USD-220325-40000-C',
    '"action":"update",',
    '{"asks":[["0.0505","0","0","0"],["0.051","201","0","123456789"]],"bids":[],"ts":"1646003664198","checksum":-980833328}',
  ),
  push(
    'books-l2-tbt',
    'PEPE-USDT',
    '"action":"update",',
    '{"asks":[["0.000009283011","1234567890","0","2"],["12.523456789012","1","0","10"]],"bids":[["0.00000928301","0","0","0"]],"ts":"1646003664198","prevSeqId":1,"seqId":2}',
  ),
  push(
    'bbo-tbt',
    'BTC-USDT-SWAP',
    '',
    '{"asks":[["8476.9","415","0","13"]],"bids":[["8476.8","0.25","0","12"]],"ts":"1597026383085","seqId":123456}',
  ),
]

proveUsual({
  name: 'okx',
  samples: SAMPLES,
  makeCodec: () => trialOf().codec,
  // A blank before the frame, and in its data, which the general reader hands to the same reader of usual books.
  disguised: frame => Buffer.from(` ${frame.toString('latin1').replaceAll('{"asks"', '{ "asks"')}`, 'latin1'),
})

test('P-21 rows of numbers of any length are read as the oracle reads them', () => {
  const trial = trialOf()
  const fates = { accepted: 0, refused: 0 }
  const number = decimalTexts()
  const row = fc
    .tuple(
      number,
      fc.oneof(number, fc.constant('0')),
      fc.constantFrom('0', '1', '12', '345', '123456789', '9999999999', '012', '00', ''),
    )
    .map(([price, lots, orders]) => `["${price}","${lots}","0","${orders}"]`)
  const instIds = ['BTC-USDT', 'BTC-USDT-SWAP', 'UNI-USD-SWAP', 'BTC-USD-220325-40000-C', 'PEPE-USDT']
  fc.assert(
    fc.property(fc.constantFrom(...instIds), fc.array(row, { maxLength: 3 }), (instId, rows) => {
      const sides = `{"asks":[${rows.join()}],"bids":[],"ts":"1","checksum":1}`
      const made = trial.agree(Buffer.from(push('books', instId, '"action":"update",', sides)))
      fates['refused' in made ? 'refused' : 'accepted']++
    }),
    { numRuns: 20_000 },
  )
  ok(fates.accepted > 3000 && fates.refused > 3000, JSON.stringify(fates))
})

const place = recordings()
const skip = place === undefined ? 'the recordings are not beside the checkout' : false

for (const file of ['okx/spot-future-swap-2022-05-13.jsonl.gz', 'okx/ten-instruments-tbt-2022-02-27.jsonl.gz'])
  test(`every recorded book of ${file} has the usual form`, { skip }, () => {
    const lines = recordedLines(new URL(file, place)).map(({ raw }) => raw)
    const grids = okxVenue.inferGrids()
    for (const raw of lines) grids.learn(raw)
    const trial = trialOf(new InstrumentTable(grids.instruments()))
    const books = lines.filter(raw => raw.includes('"asks"')).map(raw => Buffer.from(raw))
    ok(books.length > 250)
    for (const frame of books) {
      const to = trial.put(frame)
      const walks = walksOf(() => ok(trial.codec.decode(0, to, 17, 5) > 0))
      ok(walks === 0, frame.toString())
    }
  })
