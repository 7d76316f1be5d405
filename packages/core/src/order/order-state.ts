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
