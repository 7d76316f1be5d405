import { assert } from '../assert.ts'
import type { Micros } from '../clock/micros.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { type Asset, type Minor, notional } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import type { Position } from '../order/position.ts'
import type { CarriedBooks } from './carried-books.ts'
import { Chart, kindOfLedger, LEDGER_NAMES, LedgerKind, nextPosting, Role } from './chart.ts'
import { Ledger, type LedgerSink } from './ledger.ts'
import { Portfolio } from './portfolio.ts'
import { postFill } from './post-fill.ts'
import { Posting } from './posting.ts'
import { TransferCode } from './transfer-code.ts'

/** How the books of one trading account are kept. */
export interface AccountBooksOptions {
  readonly owner: number
  /** See `Chart`. */
  readonly allowShort: boolean
  /** Assets that no instrument has but that come and go, as the coin in which fees are paid. */
  readonly assets?: readonly Asset[]
  readonly sink?: LedgerSink
  /** A ledger that was recovered, with a sink of its own; otherwise the books begin with an empty one in memory. */
  readonly ledger?: Ledger
}

/**
 * The books of one trading account: ledger and portfolio, moved together. After every event the trial balance is zero
 * and the position in the ledger is the position in the portfolio; anything else stops the process.
 */
export class AccountBooks {
  readonly ledger: Ledger
  readonly chart: Chart
  readonly portfolio: Portfolio
  readonly #instruments: InstrumentTable
  #postings: number

  constructor(instruments: InstrumentTable, options: AccountBooksOptions) {
    this.#instruments = instruments
    this.ledger = options.ledger ?? new Ledger(options.sink)
    this.chart = new Chart(this.ledger, instruments, options.owner, options.allowShort, options.assets)
    this.portfolio = new Portfolio(instruments)
    this.#postings = nextPosting(this.ledger, options.owner)
  }

  /** After a restart: takes a fill that the ledger has booked already into the portfolio, oldest first. */
  restoreFill(fill: Fill): void {
    this.portfolio.apply(fill)
  }

  /**
   * Money comes from outside (negative: goes there).
   * @param cause in the venue's words: `transfer 1764600000000`
   */
  deposit(code: string, amount: bigint, at: Micros, cause = amount > 0n ? 'deposit' : 'withdrawal'): void {
    const event = amount > 0n ? TransferCode.deposit : TransferCode.withdrawal
    const posting = new Posting(this.chart, this.#postings, cause, at)
    posting.gain(LedgerKind.cash, code, amount, event, Role.external)
    this.#post(posting)
  }

  /**
   * The venue now holds `amount` of an asset back as margin; the ledger books the change.
   * @param cause of the change: `order SIM12`, `mark BTC/USDT:USDT`
   */
  lockMargin(code: string, amount: bigint, cause: string, at: Micros): void {
    const posting = new Posting(this.chart, this.#postings, `margin for ${cause}`, at)
    posting.gain(LedgerKind.margin, code, amount - this.lockedMargin(code), TransferCode.margin)
    this.#post(posting)
  }

  /** What the venue holds back of an asset as margin. */
  lockedMargin(code: string): bigint {
    return this.chart.held(LedgerKind.margin, code)
  }

  /**
   * The venue says that it holds another amount of an asset than our books: they follow, under a name of its own and
   * with the reason, because the difference came from outside.
   */
  reconcileCash(code: string, held: bigint, reason: string, at: Micros): void {
    const posting = new Posting(this.chart, this.#postings, `RECON ${reason}`, at)
    posting.gain(LedgerKind.cash, code, held - this.cash(code), TransferCode.reconciliation, Role.external)
    this.#post(posting)
  }

  /** Books a fill: one posting, then the portfolio. Returns the profit of what it closed. */
  fill(fill: Fill): Minor {
    const instrument = this.#instruments.at(fill.instrument)
    const realised = this.portfolio.apply(fill)
    this.#post(postFill(this.chart, instrument, fill, realised, this.#postings))
    const lots = this.chart.heldLots(instrument)
    assert(
      lots === BigInt(this.portfolio.netLots(fill.instrument)),
      'ledger and portfolio hold the same position',
      lots,
    )
    return realised
  }

  /** Begins with what earlier fills have made of the account, in one posting; to be called before the first fill. */
  carry({ cash, fees, realised, positions }: CarriedBooks, at: Micros): void {
    const posting = new Posting(this.chart, this.#postings, 'carried from earlier fills', at)
    const gain = (kind: LedgerKind, amounts: Readonly<Record<string, bigint>>, event: TransferCode): void => {
      for (const [code, amount] of Object.entries(amounts)) posting.gain(kind, code, amount, event)
    }
    gain(LedgerKind.cash, cash, TransferCode.fill)
    gain(LedgerKind.fees, fees, TransferCode.fee)
    gain(LedgerKind.realised, realised, TransferCode.realised)
    for (const position of positions) {
      posting.position(this.#instruments.at(position.instrument), BigInt(position.netLots))
      this.portfolio.carry(position)
    }
    this.#post(posting)
  }

  /**
   * Books what another order of the fills of an instrument makes of their profit, as a posting of its own: a fill was told
   * of after a later one.
   * @param fills all of the instrument that were booked, in the order of the venue
   * @param carried what was held before the first of them; nothing when left out
   * @returns by how much more is realised than before
   */
  reorder(instrument: number, fills: readonly Fill[], at: Micros, carried?: Position): Minor {
    const { kind, settle, symbol } = this.#instruments.at(instrument)
    const more = this.portfolio.reorder(instrument, fills, carried)
    const posting = new Posting(this.chart, this.#postings, `order of fills ${symbol}`, at)
    if (kind !== 'spot') posting.gain(LedgerKind.cash, settle.code, more, TransferCode.realised)
    posting.gain(LedgerKind.realised, settle.code, more, TransferCode.realised)
    this.#post(posting)
    return more
  }

  /**
   * Books a funding payment of a perpetual: longs pay when the rate is positive.
   * @param rate in 1e-12 of the position's value at the mark
   * @returns what we received (negative: paid)
   */
  funding(instrument: number, mark: Ticks, rate: number, at: Micros): Minor {
    const of = this.#instruments.at(instrument)
    const net = this.portfolio.netLots(instrument)
    if (net === 0 || rate === 0) return 0n as Minor
    const value = notional(mark, Math.abs(net) as Lots, of.contract)
    const owed = (value * BigInt(rate) * BigInt(Math.sign(net))) / 1_000_000_000_000n
    this.fundingPaid(of.settle.code, -owed, `funding ${of.symbol}`, at)
    return -owed as Minor
  }

  /**
   * Books funding as the venue tells it.
   * @param amount what we received (negative: paid), booked units
   * @param cause what it was paid for, and the venue's words: `funding BTCUSDT 1764600000000`
   */
  fundingPaid(code: string, amount: bigint, cause: string, at: Micros): void {
    const posting = new Posting(this.chart, this.#postings, cause, at)
    posting.gain(LedgerKind.cash, code, amount, TransferCode.funding)
    posting.gain(LedgerKind.funding, code, amount, TransferCode.funding)
    this.#post(posting)
  }

  /** Cash held of an asset. */
  cash(code: string): bigint {
    return this.chart.held(LedgerKind.cash, code)
  }

  /**
   * Worth of the account in one settling asset at given prices: its cash, and what the positions are worth (spot goods at
   * the mark, derivatives by their unrealised profit).
   * @param mark ticks by instrument, 0 where no price is known yet: then what is held is worth what it cost; instruments
   * without position are not asked
   */
  equity(code: string, mark: (instrument: number) => Ticks): bigint {
    let worth = this.cash(code)
    for (const instrument of this.#instruments.all) {
      const net = this.portfolio.netLots(instrument.index)
      if (net === 0 || instrument.settle.code !== code) continue
      const price = mark(instrument.index)
      if (instrument.kind === 'spot' && price === 0) worth += this.portfolio.position(instrument.index).cost
      else if (instrument.kind === 'spot')
        worth += BigInt(Math.sign(net)) * notional(price, Math.abs(net) as Lots, instrument.contract)
      else worth += this.portfolio.unrealised(instrument.index, price)
    }
    return worth
  }

  /** Debits less credits of each of the six ledgers; all zero. */
  trialBalance(): Record<string, bigint> {
    const sums: Record<string, bigint> = {}
    for (const [ledger, net] of this.ledger.trialBalance()) {
      const name = LEDGER_NAMES[kindOfLedger(ledger)]!
      // Absolute values: two units must not cancel each other out.
      sums[name] = (sums[name] ?? 0n) + (net < 0n ? -net : net)
    }
    return sums
  }

  #post(posting: Posting): void {
    if (posting.transfers.length === 0) return
    this.#postings++ // A refused posting has used up its ids too.
    const posted = this.ledger.post(posting.transfers)
    assert(
      posted.ok,
      'the ledger takes what happened',
      posted.ok ? '' : `${posted.reason}: ${posting.transfers[posted.at ?? 0]?.cause}`,
    )
    for (const [ledger, net] of this.ledger.trialBalance())
      assert(net === 0n, 'the trial balance is zero', `${ledger}: ${net}`)
  }
}
