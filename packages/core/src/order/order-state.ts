/**
 * States of an order's life. The first nine are the requirement's (S2-OMS-15 to 23); the last three are what really
 * happens on a network: a command under way, or an outcome that is not known.
 */
export type OrderState =
  | 'new'
  | 'validating'
  | 'pending_submit'
  | 'submitted'
  | 'partially_filled'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired'
  | 'pending_cancel'
  | 'pending_replace'
  | 'unknown'

/** All states, in the order of a table. */
export const ORDER_STATES: readonly OrderState[] = [
  'new',
  'validating',
  'pending_submit',
  'submitted',
  'partially_filled',
  'pending_cancel',
  'pending_replace',
  'unknown',
  'filled',
  'canceled',
  'rejected',
  'expired',
]

/**
 * Everything that can be learnt about an order. The first group is what we do ourselves, the second what the venue says,
 * the third what we conclude.
 *
 * unsent:   the command failed before its first byte left          in_doubt: sent, and no answer can be had
 * absent:   authenticated queries prove that the venue never had the order
 */
export type Evidence =
  | 'validate'
  | 'refuse'
  | 'submit'
  | 'request_cancel'
  | 'request_replace'
  | 'accepted'
  | 'rejected'
  | 'part_filled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'cancel_rejected'
  | 'replaced'
  | 'replace_rejected'
  | 'unsent'
  | 'in_doubt'
  | 'absent'

/** All evidence, in the order of a table. */
export const EVIDENCE: readonly Evidence[] = [
  'validate',
  'refuse',
  'submit',
  'request_cancel',
  'request_replace',
  'accepted',
  'rejected',
  'part_filled',
  'filled',
  'canceled',
  'expired',
  'cancel_rejected',
  'replaced',
  'replace_rejected',
  'unsent',
  'in_doubt',
  'absent',
]

/** No further evidence but a late fill changes an order in one of these. */
export const isTerminal = (state: OrderState): boolean =>
  state === 'filled' || state === 'canceled' || state === 'rejected' || state === 'expired'

/**
 * What a piece of evidence means in a state:
 *
 * a state      step to it
 * `live`       step to `submitted` or, once something is filled, `partially_filled`
 * `stay`       nothing new: a repeat, or an answer that a later one has overtaken
 * `late_fill`  a closed order was filled: the fill is booked and alerted, the state stays; if it completes the order, it
 *              is `filled` after all
 * `conflict`   the venue contradicts itself or us: keep the state, ask the venue
 * `ours`       only our own mistake can bring this about: the order manager asserts
 */
export type Outcome = OrderState | 'live' | 'stay' | 'late_fill' | 'conflict' | 'ours'

/*
 * The table is total: every state meets every evidence. Columns are the states of ORDER_STATES in short.
 *
 * Fills can outrun the acknowledgement, a cancel can meet a fill on the way, reports come twice and out of order; so the
 * venue's evidence never depends on the order in which it comes:
 *   - what closes an order wins over what would leave it open;
 *   - among closings, `filled` wins, because it is proven by quantities;
 *   - an acknowledgement of what is already further is `stay`.
 */
const TABLE = `
                  new  val  psub sub  part pcan prep unk  | fil  can  rej  exp
  validate        val  ours ours ours ours ours ours ours | ours ours ours ours
  refuse          rej  rej  ours ours ours ours ours ours | ours ours ours ours
  submit          ours psub ours ours ours ours ours ours | ours ours ours ours
  request_cancel  ours ours pcan pcan pcan stay pcan pcan | ours ours ours ours
  request_replace ours ours ours prep prep ours ours ours | ours ours ours ours
  accepted        conf conf live stay stay stay stay live | stay stay conf stay
  rejected        conf conf rej  conf conf rej  conf rej  | conf conf stay conf
  part_filled     conf conf part part part stay stay part | late late late late
  filled          conf conf fil  fil  fil  fil  fil  fil  | late fil  fil  fil
  canceled        conf conf can  can  can  can  can  can  | stay stay conf stay
  expired         conf conf exp  exp  exp  exp  exp  exp  | stay stay conf stay
  cancel_rejected conf conf stay stay stay live stay stay | stay stay stay stay
  replaced        conf conf live stay stay stay live live | stay stay conf stay
  replace_rejected conf conf stay stay stay stay live stay | stay stay stay stay
  unsent          conf conf rej  stay stay live live stay | stay stay stay stay
  in_doubt        conf conf unk  stay stay unk  unk  stay | stay stay stay stay
  absent          conf conf rej  conf conf rej  conf rej  | stay stay stay stay
`

const SHORT: Readonly<Record<string, Outcome>> = {
  new: 'new',
  val: 'validating',
  psub: 'pending_submit',
  sub: 'submitted',
  part: 'partially_filled',
  pcan: 'pending_cancel',
  prep: 'pending_replace',
  unk: 'unknown',
  fil: 'filled',
  can: 'canceled',
  rej: 'rejected',
  exp: 'expired',
  live: 'live',
  stay: 'stay',
  late: 'late_fill',
  conf: 'conflict',
  ours: 'ours',
}

const OUTCOMES: ReadonlyMap<Evidence, ReadonlyMap<OrderState, Outcome>> = new Map(
  TABLE.trim()
    .split('\n')
    .slice(1)
    .map(line => {
      const [evidence, ...cells] = line.replace('|', ' ').trim().split(/\s+/) as [Evidence, ...string[]]
      return [evidence, new Map(ORDER_STATES.map((state, column) => [state, SHORT[cells[column]!]!]))]
    }),
)

/** What a piece of evidence means for an order in a state. */
export const outcomeOf = (state: OrderState, evidence: Evidence): Outcome => OUTCOMES.get(evidence)!.get(state)!
