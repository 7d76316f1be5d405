/**
 * What can be wrong, and still let us go on in part. S2-DEG-1 to 5, and what reliability adds to them.
 *
 * market_data_unavailable   the book of what we trade is stale or has a gap
 * execution_failing         orders cannot be sent, or their breaker is open
 * high_latency              from event to order took more than 100 ms
 * reconciliation_mismatch   the venue said something else than our books, once
 * reconciliation_repeated   it did so again, or by more than the threshold
 * database_unavailable      the stores behind the hot state do not answer
 * journal_unavailable       intents cannot be written down
 * clock_skewed              our clock is off by more than half of what venues tolerate
 * reports_silent            the private stream says nothing: fills may be missing
 * emergency_stop            the stop is engaged
 */
export type Condition =
  | 'market_data_unavailable'
  | 'execution_failing'
  | 'high_latency'
  | 'reconciliation_mismatch'
  | 'reconciliation_repeated'
  | 'database_unavailable'
  | 'journal_unavailable'
  | 'clock_skewed'
  | 'reports_silent'
  | 'emergency_stop'

/** How far trading goes: all of it; more carefully; only out of positions; not at all but watching and closing. */
export type Posture = 'normal' | 'careful' | 'reduce_only' | 'observe'

/** What is allowed now. Reducing a position and canceling an order are allowed in every mode, so they have no field. */
export interface Mode {
  readonly posture: Posture
  /** Size of new orders in percent of the usual. */
  readonly sizePercent: number
  /** Least spread that makers quote, in percent of the usual. */
  readonly spreadPercent: number
  /** Orders a second in percent of the limit. */
  readonly ratePercent: number
  /** Whether orders may take liquidity to enter. */
  readonly mayTake: boolean
  /** Cancel what rests, once, on entering this mode. */
  readonly cancelsPending: boolean
  /** Last known market data is used where fresh one is missing. */
  readonly usesCachedMarket: boolean
  /** Strategies and patches can be loaded. */
  readonly loadsStrategies: boolean
  /** The venue's word replaces ours in the books. */
  readonly takesVenueTruth: boolean
  readonly alert: 'none' | 'warning' | 'critical'
}

/** Nothing is wrong. */
export const NORMAL: Mode = {
  posture: 'normal',
  sizePercent: 100,
  spreadPercent: 100,
  ratePercent: 100,
  mayTake: true,
  cancelsPending: false,
  usesCachedMarket: false,
  loadsStrategies: true,
  takesVenueTruth: false,
  alert: 'none',
}

const OBSERVE = { posture: 'observe', sizePercent: 0, ratePercent: 0, mayTake: false, alert: 'critical' } as const

/** The total table: each condition and what it changes of the normal mode. */
const TABLE: Readonly<Record<Condition, Partial<Mode>>> = {
  market_data_unavailable: {
    posture: 'careful',
    sizePercent: 25,
    spreadPercent: 200,
    mayTake: false,
    usesCachedMarket: true,
    alert: 'warning',
  },
  execution_failing: { ...OBSERVE, cancelsPending: true },
  high_latency: { posture: 'careful', ratePercent: 25, mayTake: false, alert: 'warning' },
  reconciliation_mismatch: { takesVenueTruth: true, alert: 'warning' },
  reconciliation_repeated: { posture: 'reduce_only', sizePercent: 0, takesVenueTruth: true, alert: 'critical' },
  database_unavailable: { loadsStrategies: false, alert: 'warning' },
  journal_unavailable: { ...OBSERVE, cancelsPending: true },
  clock_skewed: { posture: 'reduce_only', sizePercent: 0, alert: 'critical' },
  reports_silent: { posture: 'reduce_only', sizePercent: 0, cancelsPending: true, alert: 'critical' },
  emergency_stop: { ...OBSERVE, cancelsPending: true },
}

/** Every condition, in the order of the table. */
export const CONDITIONS = Object.keys(TABLE) as readonly Condition[]

const POSTURES: readonly Posture[] = ['normal', 'careful', 'reduce_only', 'observe']
const ALERTS: readonly Mode['alert'][] = ['none', 'warning', 'critical']

/**
 * The mode for everything that is wrong at once: of each field the most careful value that any of the conditions asks
 * for. More conditions never allow more; their order and number do not matter.
 */
export function degradation(conditions: Iterable<Condition>): Mode {
  let mode = NORMAL
  for (const condition of conditions) mode = stricter(mode, { ...NORMAL, ...TABLE[condition] })
  return mode
}

function stricter(one: Mode, other: Mode): Mode {
  const later = <Word>(order: readonly Word[], a: Word, b: Word): Word =>
    order[Math.max(order.indexOf(a), order.indexOf(b))]!
  return {
    posture: later(POSTURES, one.posture, other.posture),
    sizePercent: Math.min(one.sizePercent, other.sizePercent),
    spreadPercent: Math.max(one.spreadPercent, other.spreadPercent),
    ratePercent: Math.min(one.ratePercent, other.ratePercent),
    mayTake: one.mayTake && other.mayTake,
    cancelsPending: one.cancelsPending || other.cancelsPending,
    usesCachedMarket: one.usesCachedMarket || other.usesCachedMarket,
    loadsStrategies: one.loadsStrategies && other.loadsStrategies,
    takesVenueTruth: one.takesVenueTruth || other.takesVenueTruth,
    alert: later(ALERTS, one.alert, other.alert),
  }
}

/** What can be wished for. */
export type TradingAction = 'enter' | 'enter_taking' | 'reduce' | 'cancel' | 'load_strategy'

/** Every action, in the order of a table. */
export const TRADING_ACTIONS: readonly TradingAction[] = ['enter', 'enter_taking', 'reduce', 'cancel', 'load_strategy']

/** Whether a mode allows an action, however small. Getting out is allowed in every mode. */
export function isAllowed({ posture, mayTake, loadsStrategies }: Mode, action: TradingAction): boolean {
  const mayEnter = posture === 'normal' || posture === 'careful'
  switch (action) {
    case 'enter':
      return mayEnter
    case 'enter_taking':
      return mayEnter && mayTake
    case 'load_strategy':
      return loadsStrategies
    case 'reduce':
    case 'cancel':
      return true
  }
}
