/** One level of a book as the screen shows it: decimal texts, and how much of the row's bar to fill. */
export interface LevelView {
  readonly price: string
  readonly quantity: string
  /** 0..1, relative to the largest level shown. */
  readonly weight: number
  /** An order of ours rests here. */
  readonly ours: boolean
}

/** One instrument on the screen. Money in decimal text of the settling asset. */
export interface InstrumentView {
  readonly unified: string
  readonly strategies: string
  /** Best first. */
  readonly bids: readonly LevelView[]
  readonly asks: readonly LevelView[]
  readonly spreadTicks: number
  readonly position: string
  readonly unrealised: string
  readonly realised: string
  readonly fees: string
  readonly openOrders: number
}

/** Five numbers of a latency distribution, in microseconds. */
export interface LatencyView {
  readonly name: string
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Everything a frame shows: made ten times a second, thrown away after drawing. */
export interface ScreenView {
  readonly seed: number
  readonly elapsedSeconds: number
  readonly events: number
  readonly eventsPerSecond: number
  readonly instruments: readonly InstrumentView[]
  /** One thing over all its venues, ready to print; empty for none. */
  readonly across: string
  /** Accounts whose orders are real: at venues that are not simulated beside us. Empty for a simulation. */
  readonly real: readonly string[]
  /** Amounts with their currency, ready to print: `99.50 USDT, 12.00 USD`. */
  readonly equity: string
  readonly profit: string
  /** Equity through time, oldest first, for the sparkline. */
  readonly equityHistory: readonly number[]
  readonly orders: number
  readonly fills: number
  readonly makerShare: number
  /** Newest first, ready to print. */
  readonly recent: readonly string[]
  /** Debits less credits over all accounts of each of the six ledgers; all must be `0`. */
  readonly trialBalance: string
  readonly transfers: number
  readonly latencies: readonly LatencyView[]
  readonly alerts: readonly string[]
  /** What keeps accounts from trading until a person acts: emergency stops, halts. It stands on top for as long. */
  readonly standing: readonly string[]
  /** The market stands still; undefined where nobody can make it. */
  readonly paused: boolean | undefined
}
