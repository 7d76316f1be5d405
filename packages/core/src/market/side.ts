/** Direction of an order or of a trade's aggressor: `side * quantity` is a change of position. FIX 54. */
export type Side = 1 | -1

/** Buy: raises the position. */
export const BUY = 1 as const
/** Sell: lowers the position. */
export const SELL = -1 as const

/** The other side. */
export const opposite = (side: Side): Side => -side as Side

/** `buy` or `sell`, for people and files. */
export const sideName = (side: Side): 'buy' | 'sell' => (side === BUY ? 'buy' : 'sell')
