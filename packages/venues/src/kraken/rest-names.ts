import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { KRAKEN } from './make-instrument.ts'
import { altName, olderPairName, todaysCode } from './pair-names.ts'

/** Codes of old that REST writes with a letter before them: X for coins, Z for money. */
const COINS = ['XBT', 'ETH', 'LTC', 'XRP', 'XLM', 'XMR', 'ZEC', 'ETC', 'REP', 'MLN', 'XDG']
const MONEY = ['USD', 'EUR', 'GBP', 'CAD', 'JPY', 'AUD']
const LONG_CODES: ReadonlyMap<string, string> = new Map([
  ...COINS.map(code => [code, `X${code}`] as const),
  ...MONEY.map(code => [code, `Z${code}`] as const),
])
const SHORT_CODES: ReadonlyMap<string, string> = new Map([...LONG_CODES].map(([code, long]) => [long, code]))

/** Today's code of an asset as REST names it: `XXBT` is BTC, `ZUSD` is USD; what follows a point (`.F`) stays. */
export function assetOfRest(name: string): string {
  const [code, ...suffix] = name.split('.') as [string, ...string[]]
  return [todaysCode(SHORT_CODES.get(code) ?? code), ...suffix].join('.')
}

/** The key of a pair in REST answers, `XXBTZUSD` of `BTC/USD`: codes of old only where both sides have one. */
export function restPairId(symbol: string): string {
  const codes = olderPairName(symbol).split('/')
  const long = codes.map(code => LONG_CODES.get(code))
  return long.includes(undefined) ? codes.join('') : long.join('')
}

/** Instruments by any of the names that answers give to their pairs. */
export class RestNames {
  readonly #instruments: ReadonlyMap<string, Instrument>

  constructor({ all }: InstrumentTable) {
    const own = all.filter(({ venue }) => venue === KRAKEN)
    this.#instruments = new Map(
      own.flatMap(instrument => {
        const { symbol } = instrument
        const names = [symbol, olderPairName(symbol), altName(symbol), restPairId(symbol)]
        return names.map(name => [name, instrument] as const)
      }),
    )
  }

  /** The instrument of a pair; undefined when it is not in the table. */
  find(name: string): Instrument | undefined {
    return this.#instruments.get(name)
  }
}
