import type { Instrument } from './instrument.ts'
import type { Asset, ContractValue } from './money.ts'

/**
 * Books every asset with one number of decimals across instruments: the greatest that any of them needs. Contract values
 * and notional bounds are scaled along, so they mean the same amounts.
 */
export function alignAssets(instruments: readonly Instrument[]): Instrument[] {
  const decimals = new Map<string, number>()
  for (const { base, quote, settle } of instruments)
    for (const { code, decimals: own } of [base, quote, settle])
      decimals.set(code, Math.max(own, decimals.get(code) ?? 0))
  const align = ({ code }: Asset): Asset => ({ code, decimals: decimals.get(code)! })
  return instruments.map(instrument => {
    const settle = align(instrument.settle)
    const scale = 10n ** BigInt(settle.decimals - instrument.settle.decimals)
    const { notionalMin } = instrument.bounds
    return {
      ...instrument,
      base: align(instrument.base),
      quote: align(instrument.quote),
      settle,
      contract: scaleContract(instrument.contract, scale),
      bounds:
        notionalMin === undefined ? instrument.bounds : { ...instrument.bounds, notionalMin: notionalMin * scale },
    }
  })
}

function scaleContract(contract: ContractValue, scale: bigint): ContractValue {
  return contract.kind === 'linear'
    ? { kind: 'linear', minorPerTickLot: contract.minorPerTickLot * scale }
    : { kind: 'inverse', minorTicksPerLot: contract.minorTicksPerLot * scale }
}
