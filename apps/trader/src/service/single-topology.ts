import { createHash, createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@velocimex/core/assert'
import { alignAssets } from '@velocimex/core/market/align-assets'
import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Fill } from '@velocimex/core/order/fill'
import type { InstrumentLimits } from '@velocimex/core/risk/risk-limits'
import { RestClient } from '@velocimex/host/net/rest-client'
import type { Timers } from '@velocimex/host/net/timers'
import { makeStrategy } from '@velocimex/strategies/catalogue'
import type { Cryptography } from '@velocimex/venues/cryptography'
import { ORDER_VENUES } from '@velocimex/venues/order-venues'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'
import { z } from 'zod'
import { listOf } from '../record/recorder.ts'
import type { AccountSeams } from './account-seams.ts'
import type { ExecutionMode } from './execution-modes.ts'
import type { GuardOptions } from './guard-options.ts'
import { LiveAccount } from './live-account.ts'
import type { GivenStop } from './stop-order.ts'
import type { StoreWriter } from './store-writer.ts'
import { addressSchema, type VenueAddress, VenueProcess } from './venue-process.ts'

/** One account of the demonstration: where, what, and by which strategy. */
export interface Leg {
  /** Name of the simulated venue, and id of the venue whose wire it speaks. */
  readonly side: string
  readonly venue: string
  readonly symbol: string
  readonly strategy: string
  readonly parameters: Readonly<Record<string, number | string>>
  readonly mode: ExecutionMode
  /** Largest order and position in units of quantity: coins, or contracts. */
  readonly limit: string
}

/** Three venues, one coin: two markets are made, and one is followed. */
export const LEGS: readonly Leg[] = [
  {
    ...{
      side: 'binance-usdm',
      venue: 'binance-usdm',
      symbol: 'BTCUSDT',
      strategy: 'market-maker',
      mode: 'live',
      limit: '0.05',
    },
    parameters: {
      quantity: '0.005',
      maxPosition: '0.03',
      halfSpreadBps: 0,
      skewBps: 0.05,
      requoteBps: 0.02,
      patienceMs: 500,
    },
  },
  {
    ...{
      side: 'bybit-linear',
      venue: 'bybit-linear',
      symbol: 'BTCUSDT',
      strategy: 'market-maker',
      mode: 'live',
      limit: '0.05',
    },
    parameters: {
      quantity: '0.005',
      maxPosition: '0.03',
      halfSpreadBps: 0,
      skewBps: 0.05,
      requoteBps: 0.02,
      patienceMs: 500,
    },
  },
  {
    ...{ side: 'okx-swap', venue: 'okx', symbol: 'BTC-USDT-SWAP', strategy: 'momentum', mode: 'live', limit: '5' },
    parameters: { quantity: '1', thresholdBps: 0.06, flow: 0.3, holdMs: 5000 },
  },
]

/** The primitives of signing from Node's own library. */
const CRYPTOGRAPHY: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign(privateKey, message) {
    const key = createPrivateKey(privateKey)
    const isEc = key.asymmetricKeyType === 'ec'
    return sign(isEc ? 'sha256' : null, message, isEc ? { key, dsaEncoding: 'ieee-p1363' } : key)
  },
  random: bytes => randomBytes(bytes),
}

/** Addresses of simulated venues, by their names. */
export type VenueAddresses = Readonly<Record<string, VenueAddress>>

/** Reads a file of addresses, as a list of what each venue told when it started. @throws Error naming what is wrong */
export function readVenues(path: string): VenueAddresses {
  const listed = z.array(addressSchema).safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!listed.success) throw new Error(`${path}: ${z.prettifyError(listed.error)}`)
  const byName = Object.fromEntries(listed.data.map(address => [address.venue, address]))
  const missing = LEGS.find(({ side }) => byName[side] === undefined)
  if (missing !== undefined) throw new Error(`${path} lacks the venue ${missing.side}`)
  return byName
}

/** Names of the simulated venues that are traded on. */
export const TRADED_VENUES: readonly string[] = LEGS.map(({ side }) => side)

/** What a run of everything in one process is started with. */
export interface SingleOptions {
  readonly seed: number
  /** Where journals, books and the socket of the local API lie. */
  readonly directory: string
  /** Simulated venues that run already, by name; without them new ones are started, and what was traded before is void. */
  readonly venues?: VenueAddresses
  /** What guards each account beyond the limits of its leg. */
  readonly guards?: GuardOptions
  /** Other accounts than the three of `LEGS`. */
  readonly legs?: readonly Leg[]
  /** The order to stop that was given and not taken back: every account stops before it does anything. */
  readonly stopped?: GivenStop
  /** What stands around each account, by its name; nothing in production. */
  readonly seams?: (name: string) => AccountSeams
  readonly timers: Timers
  /** Keeps what the accounts do. */
  readonly store: StoreWriter
  nanos(): number
  onFill(venue: string, fill: Fill, words: string): void
  onAlert(venue: string, words: string): void
  onFatal(words: string): void
}

/** Everything in one process: simulated venues beside it, an account at each, strategies over them. */
export class SingleTopology {
  readonly accounts: readonly LiveAccount[]
  readonly names: readonly string[]
  readonly refusals = new Map<string, number>()
  readonly #venues: readonly VenueProcess[]

  private constructor(
    accounts: readonly LiveAccount[],
    names: readonly string[],
    venues: readonly VenueProcess[],
    refusals: Map<string, number>,
  ) {
    this.accounts = accounts
    this.#venues = venues
    this.names = names
    this.refusals = refusals
  }

  /** @throws Error with words for a person when a venue or a journal cannot be had */
  static async start(options: SingleOptions): Promise<SingleTopology> {
    const { directory, seed, legs = LEGS } = options
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    // New venues know nothing of what was traded on others.
    if (options.venues === undefined)
      for (const { side } of legs) rmSync(join(directory, side), { recursive: true, force: true })
    const venues =
      options.venues === undefined
        ? await Promise.all(legs.map(({ side }, at) => VenueProcess.start(side, seed + at)))
        : []
    const addresses = options.venues ?? Object.fromEntries(venues.map(({ address }) => [address.venue, address]))
    const refusals = new Map<string, number>()
    const names = legs.map(({ side }) => side)
    const accounts: LiveAccount[] = []
    for (const [at, leg] of legs.entries())
      accounts.push(await startLeg(leg, at, addresses[leg.side]!, options, refusals))
    return new SingleTopology(accounts, names, venues, refusals)
  }

  async stop(): Promise<void> {
    await Promise.all(this.accounts.map(account => account.stop()))
    for (const venue of this.#venues) venue.stop()
  }
}

async function startLeg(
  leg: Leg,
  at: number,
  address: VenueAddress,
  options: SingleOptions,
  refusals: Map<string, number>,
): Promise<LiveAccount> {
  const venue = findVenue(leg.venue)!.members[0]
  const wire = WIRES.get(leg.venue)!
  const rest = new RestClient({ origin: address.rest }, options.timers)
  const listed = await listOf(venue, wire, rest)
  await rest.stop()
  const found = listed.filter(({ symbol }) => symbol === leg.symbol)
  const instruments = alignAssets(found.map((instrument, index) => ({ ...instrument, index })))
  const made = makeStrategy(leg.strategy, leg.parameters, instruments)
  if (!made.ok) throw new Error(`${leg.strategy} on ${leg.side}: ${made.issues.map(({ words }) => words).join('; ')}`)
  const records = options.store.account(leg.side, instruments)
  const started = LiveAccount.start({
    ...{ venue, wire, instruments, credentials: address.key, cryptography: CRYPTOGRAPHY, timers: options.timers },
    ...{ sockets: address.sockets, privateSockets: address.sockets, rest: address.rest, instance: at + 1 },
    orders: ORDER_VENUES.get(leg.venue)!,
    strategies: [{ strategy: made.value, instruments, mode: leg.mode }],
    limits: {
      byInstrument: instruments.map(instrument => limitsOf(instrument, leg.limit)),
      ordersPerWindowMax: 100,
      rateWindow: 10_000_000,
    },
    directory: join(options.directory, leg.side),
    ...(options.guards === undefined ? {} : { guards: options.guards }),
    reserveBytes: 1 << 20,
    ...(options.seams === undefined ? {} : { seams: options.seams(leg.side) }),
    nanos: () => options.nanos(),
    onFill(fill, realised, words) {
      records.onFill(fill, realised)
      options.onFill(leg.side, fill, words)
    },
    onOrderUpdate: order => records.onOrderUpdate(order),
    onRefusal(_strategy, request, reason) {
      records.onRefusal(request, reason)
      refusals.set(reason, (refusals.get(reason) ?? 0) + 1)
    },
    onAlert(words) {
      records.onAlert(words)
      options.onAlert(leg.side, words)
    },
    onFatal: words => options.onFatal(`${leg.side}: ${words}`),
  })
  if (!started.ok) throw new Error(`${leg.side}: ${started.words ?? started.reason}`)
  const { stopped } = options
  if (stopped !== undefined) started.value.guards.stopAgain(stopped)
  await options.store.follow(leg.side, started.value)
  return started.value
}

/** A demonstration risks little: one limit for order and position, ten orders, one percent from the middle. */
function limitsOf({ quantity }: Instrument, limit: string): InstrumentLimits {
  const parsed = parseOnGrid(limit, quantity)
  assert(parsed.ok, 'the limit lies on the grid', limit)
  const lots = parsed.value
  return {
    orderLotsMax: lots,
    orderNotionalMax: undefined,
    positionLotsMax: lots,
    openOrdersMax: 10,
    priceBandBps: 100,
  }
}
