/** Codes that the older dialect and the REST names write differently: `XBT` is BTC, `XDG` is DOGE. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
])
const OLD_CODES: ReadonlyMap<string, string> = new Map([...RENAMED].map(([old, code]) => [code, old]))

/** The parts of a pair `BASE/QUOTE`, in today's codes; undefined when the name is not of that shape. */
export function splitPair(name: string): { readonly base: string; readonly quote: string } | undefined {
  const parts = /^([^\s"\\/]{1,20})\/([^\s"\\/]{1,20})$/.exec(name)
  return parts === null ? undefined : { base: todaysCode(parts[1]!), quote: todaysCode(parts[2]!) }
}

/** A code of an asset as websocket v2 writes it: `BTC` of `XBT`. */
export const todaysCode = (code: string): string => RENAMED.get(code) ?? code

/** The name of a pair in websocket v1 (`wsname`): `XBT/USD` of `BTC/USD`. */
export const olderPairName = (symbol: string): string =>
  symbol
    .split('/')
    .map(code => OLD_CODES.get(code) ?? code)
    .join('/')

/** The name of a pair that REST takes (`altname`): `XBTUSD` of `BTC/USD`. */
export const altName = (symbol: string): string => olderPairName(symbol).replace('/', '')
