import { Literal } from '../wire/literal.ts'

/** Fixed parts of the frames that the fast reading knows, by the key they hold. */
export const L = {
  stream: new Literal('{"stream":"'),
  data: new Literal(',"data":'),
  close: new Literal('}'),
  depth: new Literal('{"e":"depthUpdate","E":'),
  trade: new Literal('{"e":"trade","E":'),
  aggTrade: new Literal('{"e":"aggTrade","E":'),
  spotTicker: new Literal('{"u":'),
  usdmTicker: new Literal('{"e":"bookTicker","u":'),
  snapshot: new Literal('{"lastUpdateId":'),
  s: new Literal(',"s":"'),
  U: new Literal(',"U":'),
  u: new Literal(',"u":'),
  pu: new Literal(',"pu":'),
  b: new Literal(',"b":'),
  a: new Literal(',"a":'),
  t: new Literal(',"t":'),
  p: new Literal(',"p":"'),
  q: new Literal(',"q":"'),
  f: new Literal(',"f":'),
  l: new Literal(',"l":'),
  E: new Literal(',"E":'),
  T: new Literal(',"T":'),
  m: new Literal(',"m":'),
  M: new Literal(',"M":'),
  market: new Literal(',"X":"MARKET"'),
  bid: new Literal(',"b":"'),
  bidLots: new Literal(',"B":"'),
  ask: new Literal(',"a":"'),
  askLots: new Literal(',"A":"'),
  bids: new Literal(',"bids":'),
  asks: new Literal(',"asks":'),
} as const

/** Slots of the frame reader in which the numbers of a frame stand while it is read. */
export const EVENT = 0
export const TIME = 1
export const FIRST = 2
export const LAST = 3
export const PREVIOUS = 4
export const ID = 5
export const PRICE = 6
export const LOTS = 7
export const ASK = 8
export const ASK_LOTS = 9
export const MAKER = 10
export const IGNORED = 11
