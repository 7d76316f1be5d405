import { equal, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LedgerKind } from '@velocimex/core/ledger/chart'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import { AccountFlows } from '@velocimex/trader/service/account-flows'
import { AccountJournal } from '@velocimex/trader/service/account-journal'
import type { ConformanceRow } from './market-rows.ts'
import type { OrderClient } from './order-client.ts'

type Row = ConformanceRow<OrderClient>

/** Of a position's value, in 1e-12. */
const RATE = 1_000_000_000

/** The books of a live account, which hear the venue's private stream and nothing else. */
class HearingBooks {
  readonly journal: AccountJournal
  /** Money from outside by which equity was measured anew, booked units. */
  external = 0n
  readonly #client: OrderClient
  readonly #directory = mkdtempSync(join(tmpdir(), 'books-'))
  readonly #flows: AccountFlows
  readonly #code: string
  #heard: number

  private constructor(client: OrderClient) {
    const instruments = new InstrumentTable([client.instrument])
    this.#client = client
    this.#code = client.instrument.settle.code
    this.#heard = client.messages.length
    this.journal = new AccountJournal(this.#directory, instruments)
    this.journal.open({ at: client.stage.now(), balances: { [this.#code]: String(this.held) } })
    const onFlow = (_: string, units: bigint): void => void (this.external += units)
    const guards = { safeguards: { monitor: { onFlow } }, keep: () => {} }
    this.#flows = new AccountFlows({ instruments, journal: this.journal, guards, onAlert: () => {} })
  }

  /** Opens books on the account of a client, which has done nothing meanwhile. */
  static async with(client: OrderClient, run: (books: HearingBooks) => Promise<void>): Promise<void> {
    client.breathe()
    const books = new HearingBooks(client)
    client.stage.settle()
    try {
      await run(books)
    } finally {
      rmSync(books.#directory, { recursive: true })
    }
  }

  /** What the venue holds for us of what is settled in, booked units. */
  get held(): bigint {
    const { exchange } = this.#client.stage.market
    return exchange.account(this.account).balance(this.#code).total
  }

  get account(): number {
    return this.#client.stage.keys[0]!.account
  }

  get cash(): bigint {
    return this.journal.books.cash(this.#code)
  }

  get funding(): bigint {
    return this.journal.books.chart.held(LedgerKind.funding, this.#code)
  }

  /** Waits until the books hold what the venue holds. */
  agree(words: string): Promise<void> {
    return this.#client.until(words, () => {
      this.#hear()
      return this.cash === this.held
    })
  }

  /** Money comes from outside (negative: goes there), booked units. */
  transfer(units: bigint): void {
    this.#client.stage.market.exchange.transfer(this.account, this.#code, units)
  }

  #hear(): void {
    for (const message of this.#client.messages.slice(this.#heard)) {
      if (message.kind === 'cash_flow') this.#flows.take(message.flow)
      else if (message.kind === 'report' && message.report.fill !== undefined)
        this.journal.book(message.report.fill, '')
    }
    this.#heard = this.#client.messages.length
  }
}

/** Money without orders, from the venue's private stream to the books of a live account. */
export const FLOW_ROWS: readonly Row[] = [
  {
    id: 'E88',
    words: 'a deposit and a withdrawal are in the books as told, neither profit nor loss, without a correction',
    run: client =>
      HearingBooks.with(client, async books => {
        const before = books.cash
        books.transfer(12_345n)
        await books.agree('the deposit is in the books')
        equal(books.cash - before, 12_345n)
        books.transfer(-2_345n)
        await books.agree('the withdrawal is in the books')
        equal(books.external, 10_000n)
        equal(books.journal.flows.external(client.instrument.settle.code), 10_000n)
        equal(books.journal.corrections, 0)
      }),
  },
  {
    id: 'E89',
    words: 'a payment of funding is in its ledger as told, with its instrument, without a correction',
    run: client =>
      HearingBooks.with(client, async books => {
        const command = client.wish({ type: 'market', timeInForce: 'ioc', side: BUY })
        equal((await client.place(command)).outcome, 'ack')
        await client.told(command, 'the fill', ({ fill }) => fill !== undefined)
        await books.agree('the fill is in the books')
        const before = books.held
        client.stage.market.exchange.payFunding(client.instrument, RATE)
        ok(books.held < before, 'who is long pays')
        await books.agree('the payment is in the books')
        equal(books.funding, books.held - before)
        equal(books.journal.flows.all[0]?.symbol, client.instrument.symbol)
        equal(books.external, 0n)
        equal(books.journal.corrections, 0)
      }),
  },
]
