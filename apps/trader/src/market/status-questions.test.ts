import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import { MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, type Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RestClient, RestOutcome } from '@velocimex/host/net/rest-client'
import { SimTimers } from '@velocimex/host/net/sim-timers'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'
import type { ConnectorOptions } from './connector-options.ts'
import { StatusQuestions } from './status-questions.ts'

const asset = { code: 'A', decimals: 8 }
const INSTRUMENT = {
  ...{ index: 0, venue: 'binance-usdm', symbol: 'X', unified: 'X', kind: 'perpetual', base: asset, quote: asset },
  ...{ settle: asset, price: { decimals: 0, step: 1 }, quantity: { decimals: 0, step: 1 } },
} as unknown as Instrument

/** Questions whose answers, and whose sockets, are played by the test. */
class Stage {
  readonly timers = new SimTimers()
  readonly told: number[] = []
  readonly alerts: string[] = []
  /** Answers that a recording gets. */
  recorded = 0
  asked = 0
  socketsTold = 0
  readonly questions: StatusQuestions
  #answer: (outcome: RestOutcome) => void = () => {}

  constructor() {
    const { members } = findVenue('binance-usdm')!
    const rest = {
      request: () => {
        this.asked++
        return new Promise<RestOutcome>(resolve => {
          this.#answer = resolve
        })
      },
    } as unknown as RestClient
    const options: ConnectorOptions = {
      ...{ venue: members[0], wire: WIRES.get('binance-usdm')!, instruments: new InstrumentTable([INSTRUMENT]) },
      ...{ followed: [INSTRUMENT], channels: ['book', 'status'], rest, restOrigin: '', timers: this.timers },
      ...{ random: new Random(1), onAlert: ({ kind, words }) => this.alerts.push(`${kind} ${words}`) },
      raw: { onFrame: () => {}, onOpen: () => {}, onAnswer: () => this.recorded++ },
      sink: { append: (records: Records) => this.told.push(new EventRecord(records).at(0).lane0) },
    }
    equal(StatusQuestions.areNeeded(options), true)
    equal(StatusQuestions.areNeeded({ ...options, channels: ['book'] }), false)
    this.questions = new StatusQuestions(options, () => this.socketsTold)
  }

  /** A second passes. */
  tick(): void {
    this.timers.advance(1000)
    this.questions.tick([INSTRUMENT])
  }

  /** The venue answers what was asked last. */
  async answer(word: string, status = 200): Promise<void> {
    const body = Buffer.from(`{"symbols":[{"symbol":"X","status":"${word}"}]}`)
    this.#answer({ kind: 'answered', status, headers: {}, body, sentAt: 0, answeredAt: 0 })
    // The answer passes several promises on its way.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }

  /** A minute passes, in which the venue is asked once. */
  async minute(word: string, status = 200): Promise<void> {
    const { asked } = this
    while (this.asked === asked) this.tick()
    await this.answer(word, status)
  }
}

test('D60 the venue is asked at once and then every minute; what it says is told when it is another than before', async () => {
  const stage = new Stage()
  for (const word of ['TRADING', 'TRADING', 'SETTLING', 'SETTLING', 'TRADING']) await stage.minute(word)
  const { trading, closed } = MarketStatus
  deepEqual([stage.told, stage.asked, stage.alerts], [[trading, closed, trading], 5, []])
  equal(stage.recorded, 3, 'a recording has what was news')
  stage.tick()
  equal(stage.asked, 5, 'it is not due')
  for (let second = 0; second < 5; second++) {
    stage.questions.hurry()
    stage.tick()
  }
  equal(stage.asked, 6, 'a socket is up again')
  await stage.answer('TRADING')
  for (let second = 0; second < 5; second++) {
    stage.questions.hurry()
    stage.tick()
  }
  equal(stage.asked, 7, 'however much there is to hurry about, the venue is not asked all the time')
})

test('D60 what a socket tells while an answer is under way is newer than the answer: it is asked again', async () => {
  const stage = new Stage()
  stage.tick()
  stage.socketsTold++
  await stage.answer('TRADING')
  deepEqual(stage.told, [])
  for (let second = 0; second < 3; second++) stage.tick()
  await stage.answer('SETTLING')
  deepEqual([stage.told, stage.asked], [[MarketStatus.closed], 2])
})

test('D60 what a socket has told since is told over by the next answer, were it the same as the one before', async () => {
  const stage = new Stage()
  await stage.minute('TRADING')
  stage.socketsTold++ // The socket says that it is halted, and falls silent.
  await stage.minute('TRADING')
  deepEqual(stage.told, [MarketStatus.trading, MarketStatus.trading])
})

test('D60 answers that fail are told of once in a row, what was told stands; an unknown word is a halt', async () => {
  const stage = new Stage()
  await stage.minute('TRADING')
  await stage.minute('TRADING', 503)
  await stage.minute('TRADING', 503)
  await stage.minute('OPEN')
  await stage.minute('TRADING', 503)
  deepEqual(stage.alerts, [
    'status_failed /fapi/v1/exchangeInfo: HTTP 503',
    'refused the state of X is OPEN, which is not known: it counts as halted',
    'status_failed /fapi/v1/exchangeInfo: HTTP 503',
  ])
  deepEqual(stage.told, [MarketStatus.trading, MarketStatus.halted])
})
