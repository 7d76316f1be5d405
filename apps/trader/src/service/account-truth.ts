import type { AccountTruth } from '@velocimex/core/ledger/account-truth'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toUnits } from '@velocimex/venues/amounts'
import type { OrderCodec, QueryResult, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import type { VenueGateway } from '../venue/venue-gateway.ts'

/** Where the truth about an account is asked for. */
export interface TruthParts {
  readonly codec: OrderCodec
  readonly gateway: VenueGateway
  readonly instruments: InstrumentTable
  /** Our own position: what stands for the venue's where it does not tell positions. */
  netLots(instrument: number): number
}

/** The questions that `askTruth` asks, for what they cost. */
export function truthRequests({ codec, gateway }: TruthParts): VenueRequest[] {
  const positions = codec.positions(gateway.now())
  return [codec.balances(gateway.now()), ...(positions === undefined ? [] : [positions])]
}

/**
 * Asks the venue what the account holds of everything that is traded here.
 * @returns why that is not known, in words, when a question failed
 */
export async function askTruth(parts: TruthParts): Promise<AccountTruth | string> {
  const { codec, gateway, instruments, netLots } = parts
  const balances = await answered(gateway, codec.balances(gateway.now()), 'balances', (request, answer) =>
    codec.readBalances(request, answer),
  )
  if (typeof balances === 'string') return balances
  const decimals = decimalsOf(instruments)
  const held = balances.flatMap(({ asset, total }) => {
    const of = decimals.get(asset)
    return of === undefined ? [] : [{ code: asset, amount: toUnits(total, of) }]
  })
  const request = codec.positions(gateway.now())
  if (request === undefined) {
    const derivatives = instruments.all.filter(({ kind }) => kind !== 'spot') // What a spot market holds is a balance.
    const ours = derivatives.map(({ index }) => ({ instrument: index, netLots: netLots(index) }))
    return { balances: held, positions: ours }
  }
  const positions = await answered(gateway, request, 'positions', (asked, answer) => codec.readPositions(asked, answer))
  if (typeof positions === 'string') return positions
  const own = positions.filter(({ instrument }) => instrument >= 0)
  return { balances: held, positions: own.map(({ instrument, lots }) => ({ instrument, netLots: lots })) }
}

/** Booked decimals of every asset that is traded here. */
export function decimalsOf(instruments: InstrumentTable): ReadonlyMap<string, number> {
  const all = instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
  return new Map(all.map(({ code, decimals }) => [code, decimals]))
}

async function answered<T>(
  gateway: VenueGateway,
  request: VenueRequest,
  what: string,
  read: (request: VenueRequest, answer: VenueAnswer) => QueryResult<T>,
): Promise<T | string> {
  const answer = await gateway.send(request)
  if (typeof answer === 'string') return `${what}: ${answer}`
  const found = read(request, answer)
  return found.kind === 'found' ? found.value : `${what}: ${found.code} ${found.words}`
}
