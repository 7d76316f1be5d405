/** What a record says happened. The numbers are part of the layout: never renumber, only add. */
export const Kind = {
  clear: 1,
  level: 2,
  trade: 3,
  quote: 4,
  orderAdd: 5,
  orderExecute: 6,
  orderReduce: 7,
  orderDelete: 8,
  orderReplace: 9,
  bar: 10,
  barVolume: 11,
  funding: 12,
  mark: 13,
  status: 14,
  link: 15,
  metrics: 16,
} as const
/** A number of `Kind`. */
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Names of the kinds by number, as files and commands write them. */
export const KIND_NAMES: readonly string[] =
  'none clear level trade quote order-add order-execute order-reduce order-delete order-replace bar bar-volume funding mark status link metrics'.split(
    ' ',
  )

/** Lane 1 of a clear record: why the book was emptied. */
export const ClearReason = { snapshot: 0, gap: 1, disconnected: 2, stale: 3, damaged: 4 } as const

/** Lane 0 of a status record. */
export const MarketStatus = { trading: 1, halted: 2, auction: 3, closed: 4, desynced: 5, synced: 6 } as const

/** Names of `MarketStatus` by number. */
export const STATUS_NAMES: readonly string[] = ['', ...Object.keys(MarketStatus)]
