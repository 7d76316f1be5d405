import type { Micros } from '@velocimex/core/clock/micros'
import type { VenueAnswer as DeskAnswer, OrderAtVenue, VenueQuestion } from '@velocimex/core/execution/live-gateway'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderCodec, OrderSnapshot, QueryResult, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import { FULL_PAGE } from '@velocimex/venues/wire/query-answer'

/** Orders of which the venue's id is remembered, so that its executions can be told apart. */
const IDS_MAX = 100_000

/** What questions are asked with. */
export interface QuestionParts {
  readonly codec: OrderCodec
  readonly instruments: InstrumentTable
  /** The answer of the venue, or in words why there is none. */
  send(request: VenueRequest): Promise<VenueAnswer | string>
  /** The venue refused to answer. */
  onFailed(request: VenueRequest, answer: VenueAnswer, failure: Failed): void
  /** The venue's instant. */
  now(): Micros
}

type Failed = Extract<QueryResult<never>, { kind: 'failed' }>

/** Questions about the orders and executions of an account. What is not answered in full is a failure, which proves nothing. */
export class VenueQuestions {
  readonly #parts: QuestionParts
  /** The account's client order ids by the venue's own. */
  readonly #clientIds = new Map<string, string>()

  constructor(parts: QuestionParts) {
    this.#parts = parts
  }

  /** The venue named an order: its executions will name only that. */
  learn(venueOrderId: string, clientOrderId: string): void {
    if (venueOrderId === '' || clientOrderId === '') return
    this.#clientIds.set(venueOrderId, clientOrderId)
    if (this.#clientIds.size > IDS_MAX) this.#clientIds.delete(this.#clientIds.keys().next().value!)
  }

  /** Asks, whatever it takes. Never rejects. */
  async ask(question: VenueQuestion): Promise<DeskAnswer> {
    const { number } = question
    try {
      if (question.about === 'order') return await this.#askOrder(question)
      return await (question.about === 'open_orders' ? this.#askOpen(number) : this.#askFills(number, question.since))
    } catch (cause) {
      return { about: 'failure', number, reason: String(cause) }
    }
  }

  async #askOrder(question: VenueQuestion & { readonly about: 'order' }): Promise<DeskAnswer> {
    const { codec } = this.#parts
    const { number, clientOrderId, venueOrderId, instrument } = question
    const request = codec.order(clientOrderId, venueOrderId, instrument, this.#parts.now())
    const found = await this.#found(request, answer => codec.readOrder(request, answer))
    if (found.kind === 'failed') return { about: 'failure', number, reason: `${found.code} ${found.words}` }
    const order = found.kind === 'found' ? this.#atVenue(found.value) : undefined
    return { about: 'order', number, at: this.#parts.now(), order }
  }

  async #askOpen(number: number): Promise<DeskAnswer> {
    const { codec } = this.#parts
    const request = codec.openOrders(-1, this.#parts.now())
    const found = await this.#found(request, answer => codec.readOpenOrders(request, answer))
    if (found.kind !== 'found') return { about: 'failure', number, reason: `${found.code} ${found.words}` }
    return {
      about: 'open_orders',
      number,
      at: this.#parts.now(),
      orders: found.value.map(order => this.#atVenue(order)),
    }
  }

  /** Executions of every instrument; each venue names the order by its own id, which is ours to know. */
  async #askFills(number: number, since: Micros): Promise<DeskAnswer> {
    const { codec, instruments } = this.#parts
    const at = this.#parts.now()
    const together = instruments.all.length > 1 ? codec.allFills?.(since, at) : undefined
    let told = together && (await this.#fillsOf(together))
    if (told === undefined || told === FULL_PAGE)
      told = await this.#fillsOf(
        instruments.all.map(
          ({ index }) =>
            () =>
              codec.fills(index, since, this.#parts.now()),
        ),
      )
    if (typeof told === 'string') return { about: 'failure', number, reason: told }
    const fills: Fill[] = []
    for (const fill of told) {
      const clientOrderId = await this.#ownerOf(fill)
      if (clientOrderId === undefined) return { about: 'failure', number, reason: 'whose fill it is was not told' }
      fills.push({ ...fill, clientOrderId })
    }
    return { about: 'fills', number, at, fills: fills.toSorted((one, other) => one.at - other.at) }
  }

  /** What several requests tell together. @param asked what carries a time is made when it is sent @returns or why not */
  async #fillsOf(asked: readonly (VenueRequest | (() => VenueRequest))[]): Promise<readonly Fill[] | string> {
    const { codec } = this.#parts
    const fills: Fill[] = []
    for (const each of asked) {
      const request = typeof each === 'function' ? each() : each
      const found = await this.#found(request, answer => codec.readFills(request, answer))
      if (found.kind === 'found') fills.push(...found.value)
      else return found.code === FULL_PAGE ? FULL_PAGE : `${found.code} ${found.words}`
    }
    return fills
  }

  /** The client order id behind a fill, asked for when it is not known; an order without one goes by the venue's. */
  async #ownerOf({ clientOrderId, venueOrderId, instrument }: Fill): Promise<string | undefined> {
    const known = clientOrderId !== '' ? clientOrderId : this.#clientIds.get(venueOrderId)
    if (known !== undefined) return known
    const { codec } = this.#parts
    const request = codec.order('', venueOrderId, instrument, this.#parts.now())
    const found = await this.#found(request, answer => codec.readOrder(request, answer))
    if (found.kind !== 'found') return found.kind === 'absent' ? venueOrderId : undefined
    const owner = found.value.clientOrderId === '' ? venueOrderId : found.value.clientOrderId
    this.learn(venueOrderId, owner)
    return owner
  }

  /** What a question found; without an answer it failed. */
  async #found<T>(request: VenueRequest, read: (answer: VenueAnswer) => QueryResult<T>): Promise<QueryResult<T>> {
    const answer = await this.#parts.send(request)
    if (typeof answer === 'string') return { kind: 'failed', advice: 'none', code: 'no answer', words: answer }
    const found = read(answer)
    if (found.kind === 'failed') this.#parts.onFailed(request, answer, found)
    return found
  }

  #atVenue(snapshot: OrderSnapshot): OrderAtVenue {
    const { venueOrderId, instrument, side, price, quantity, cumulative, status, at } = snapshot
    const clientOrderId = snapshot.clientOrderId === '' ? venueOrderId : snapshot.clientOrderId
    this.learn(venueOrderId, clientOrderId)
    const type = price === undefined ? 'market' : 'limit'
    const told = { clientOrderId, venueOrderId, instrument, side: side ?? BUY, type, price } as const
    return { ...told, timeInForce: 'gtc', quantity, cumulative: cumulative as Lots, status, updatedAt: at }
  }
}
