import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto'
import { FaultProxy } from '@velocimex/host/net/fault-proxy'
import { SystemTimers } from '@velocimex/host/net/timers'
import type { Cryptography } from '@velocimex/venues/cryptography'
import type { ClientKey, VenueSide } from '@velocimex/venues/venue-dialect'
import { ControlServer, decimalsOf } from './control-server.ts'
import { FaultPlan } from './fault-plan.ts'
import { type MarketOptions, VenueMarket } from './venue-market.ts'
import { VenueServer } from './venue-server.ts'

/** Milliseconds between two steps of the venue's own life. */
const STEP_MS = 5
/** A clock that is so much further on than the market has jumped: it was set, or the machine slept. Microseconds. */
const JUMP = 5_000_000

/** What a simulated venue is started with. */
export interface SimulatedVenueOptions {
  readonly side: VenueSide
  readonly seed: number
  /** 0 for a free one. */
  readonly port: number
  readonly controlPort: number
  /** Port of a line in front of the venue that can be made faulty, 0 for a free one; absent for no such line. */
  readonly linePort?: number
  readonly keys?: readonly ClientKey[]
  /** What each account of the keys has at the start, by asset, in decimal text. */
  readonly deposits?: Readonly<Record<string, string>>
  readonly tape?: MarketOptions['tape']
}

/** Keys that every simulated venue knows when it is told no others. Nothing but a simulation accepts them. */
export const DEMO_KEYS: readonly ClientKey[] = [
  {
    apiKey: 'velocimex-demo-key',
    secret: 'dmVsb2NpbWV4LWRlbW8tc2VjcmV0',
    passphrase: 'demo',
    account: 1,
    canTrade: true,
    canWithdraw: false,
  },
  {
    apiKey: 'velocimex-second-key',
    secret: 'dmVsb2NpbWV4LXNlY29uZC1zZWNyZXQ=',
    passphrase: 'demo',
    account: 2,
    canTrade: true,
    canWithdraw: false,
  },
  {
    apiKey: 'velocimex-withdraw-key',
    secret: 'dmVsb2NpbWV4LXdpdGhkcmF3LXNlY3JldA==',
    passphrase: 'demo',
    account: 3,
    canTrade: true,
    canWithdraw: true,
  },
]
const DEPOSITS = { USDT: '100000', USDC: '100000', USD: '100000', BTC: '2', ETH: '20' }

/** The primitives of signing from Node's own library. */
export const nodeCryptography: Cryptography = {
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
  digest: (hash, message) => createHash(hash).update(message).digest(),
  sign(privateKey, message) {
    const key = createPrivateKey(privateKey)
    const isEc = key.asymmetricKeyType === 'ec'
    return signWith(isEc ? 'sha256' : null, message, isEc ? { key, dsaEncoding: 'ieee-p1363' } : key)
  },
  verify(privateKey, message, signature) {
    const key = createPublicKey(privateKey)
    const isEc = key.asymmetricKeyType === 'ec'
    return verifyWith(isEc ? 'sha256' : null, message, isEc ? { key, dsaEncoding: 'ieee-p1363' } : key, signature)
  },
  random: bytes => randomBytes(bytes),
}

/** A venue that runs in real time: its market, its sockets and its control surface. */
export class SimulatedVenue {
  readonly market: VenueMarket
  readonly server: VenueServer
  port = 0
  controlPort = 0
  /** Where clients are to connect when there is a line in front; 0 when there is none. */
  linePort = 0
  #control: ControlServer | undefined
  #line: FaultProxy | undefined
  #skew = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(options: SimulatedVenueOptions) {
    const keys = options.keys ?? options.side.keys ?? DEMO_KEYS
    const start = Date.now() * 1000
    const { side, seed, tape } = options
    const cryptography = nodeCryptography
    this.market = new VenueMarket({ side, seed, start, keys, cryptography, ...(tape === undefined ? {} : { tape }) })
    this.server = new VenueServer(this.market, new FaultPlan(), () => this.#now())
    const { market } = this
    for (const { account } of keys)
      for (const [asset, amount] of Object.entries(options.deposits ?? DEPOSITS))
        market.exchange.transfer(account, asset, BigInt(amount) * 10n ** BigInt(decimalsOf(market, asset)))
  }

  /** Starts a venue on ports of this machine. */
  static async start(options: SimulatedVenueOptions): Promise<SimulatedVenue> {
    const venue = new SimulatedVenue(options)
    venue.port = await venue.server.listen(options.port)
    const control = await venue.#controlBy(options.linePort)
    venue.controlPort = await control.listen(options.controlPort)
    venue.#timer = setInterval(() => {
      venue.market.advanceTo(venue.#now())
      venue.server.tick()
    }, STEP_MS)
    return venue
  }

  /** Does what a call of the control surface says. @param call as `POST /silence` @returns the status and the value */
  control(call: string, body: unknown): [status: number, value: unknown] {
    return this.#control!.act(call, body)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([this.#line?.stop(), this.server.stop(), this.#control?.stop()])
  }

  async #controlBy(linePort: number | undefined): Promise<ControlServer> {
    if (linePort !== undefined) {
      this.#line = await FaultProxy.start({ host: '127.0.0.1', port: this.port }, new SystemTimers(), linePort)
      this.linePort = this.#line.port
    }
    const { market, server } = this
    const setSkew = (milliseconds: number): void => {
      this.#skew = milliseconds * 1000
    }
    this.#control = new ControlServer({
      market,
      server,
      setSkew,
      ...(this.#line === undefined ? {} : { line: this.#line }),
    })
    return this.#control
  }

  /** The venue's instant: the wall's, shifted. Hours that are jumped over are not made up for, trade by trade. */
  #now(): number {
    const now = Date.now() * 1000 + this.#skew
    const behind = now - this.market.clock.now()
    if (behind > JUMP) this.market.skip(behind)
    return now
  }
}
