import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import { checkSchema, issuesText } from '@velocimex/host/config/schema-issues'
import type { FaultProxy } from '@velocimex/host/net/fault-proxy'
import { z } from 'zod'
import { faultSchema } from './fault-plan.ts'
import { lineFaultSchema, strikeLine } from './line-faults.ts'
import type { VenueMarket } from './venue-market.ts'
import type { VenueServer } from './venue-server.ts'

const BODY_MAX = 1 << 20

const depositSchema = z.strictObject({
  account: z.int().min(0),
  asset: z.string().min(1).max(20),
  /** Decimal text, negative to take away. */
  amount: z.string().regex(/^-?\d{1,20}(\.\d{1,18})?$/),
  /** False when the account is not told: it must find out by asking. */
  told: z.boolean().default(true),
})
const fundingSchema = z.strictObject({
  symbol: z.string(),
  /** In 1e-12 of a position's value; longs pay a positive one. */
  rate: z.int().min(-1e12).max(1e12),
})
const closeSchema = z.strictObject({
  code: z.int().min(1000).max(4999).default(1001),
  reason: z.string().max(100).default(''),
})
const haltSchema = z.strictObject({ symbol: z.string(), open: z.boolean() })
const injectSchema = z.strictObject({ frame: z.string().max(1 << 20) })
const silenceSchema = z.strictObject({ on: z.boolean() })
const skewSchema = z.strictObject({ milliseconds: z.int().min(-86_400_000).max(86_400_000) })

/** What each call wants as its body. */
const SCHEMAS = {
  'POST /faults': faultSchema,
  'POST /silence': silenceSchema,
  'POST /close': closeSchema,
  'POST /inject': injectSchema,
  'POST /skew': skewSchema,
  'POST /deposit': depositSchema,
  'POST /funding': fundingSchema,
  'POST /halt': haltSchema,
  'POST /line': lineFaultSchema,
} as const
type Call = keyof typeof SCHEMAS

/** Why a call would be refused whatever the venue's state; undefined when it would not. @param call as `POST /silence` */
export function faultOfCall(call: string, body: unknown): string | undefined {
  if (!Object.hasOwn(SCHEMAS, call)) return `there is no ${call}; there are ${Object.keys(SCHEMAS).join(', ')}`
  const checked = checkSchema<unknown>(SCHEMAS[call as Call], body)
  return checked.ok ? undefined : issuesText(checked.issues)
}

/** What the control surface works on. */
export interface Controlled {
  readonly market: VenueMarket
  readonly server: VenueServer
  /** The line in front of the venue, where there is one. */
  readonly line?: FaultProxy
  /** Shifts the venue's clock; it never goes back, it stands until time has caught up. */
  setSkew(milliseconds: number): void
}

/**
 * The control surface of a simulated venue, on a port of its own: faults on command, and the venue's truth of orders,
 * executions, balances and positions, which tests take as the oracle.
 */
export class ControlServer {
  readonly #controlled: Controlled
  readonly #http: Server

  constructor(controlled: Controlled) {
    this.#controlled = controlled
    this.#http = createServer((request, response) => {
      void this.#answer(request)
        // The client went away in the middle of its request, or asked for what the exchange does not do.
        .catch((cause: unknown): [number, unknown] => [500, { error: String(cause) }])
        .then(([status, value]) => {
          response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
        })
    })
  }

  async listen(port: number): Promise<number> {
    this.#http.listen(port, '127.0.0.1')
    await once(this.#http, 'listening')
    return (this.#http.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #answer(request: IncomingMessage): Promise<[status: number, value: unknown]> {
    const call = `${request.method} ${(request.url ?? '').split('?')[0]}`
    const { market, server } = this.#controlled
    if (call === 'GET /truth') return [200, truthOf(market)]
    if (call === 'GET /status') return [200, { clients: server.clients, ...server.counts, now: market.clock.now() }]
    if (call === 'GET /faults') return [200, server.plan.list()]
    if (call === 'DELETE /faults') {
      server.plan.clear()
      return [200, {}]
    }
    const body = await jsonOf(request)
    if (body === undefined) return [400, { error: 'the body is not JSON' }]
    return this.act(call, body)
  }

  /** Does what a call says. @param call as `POST /silence` @returns the status and the value to be told */
  act(call: string, body: unknown): [status: number, value: unknown] {
    if (!Object.hasOwn(SCHEMAS, call)) return [404, { error: `there is no ${call}; see docs/simulator.md` }]
    const words = faultOfCall(call, body)
    if (words !== undefined) return [400, { error: words }]
    return this.#acts[call as Call](body) === false ? [409, { error: 'not possible now' }] : [200, {}]
  }

  /** Bodies are read again: defaults are filled in. False, and nothing was done. */
  readonly #acts: Readonly<Record<Call, (body: unknown) => unknown>> = {
    'POST /faults': body => this.#controlled.server.addFault(faultSchema.parse(body)),
    'POST /silence': body => {
      this.#controlled.server.plan.isSilent = silenceSchema.parse(body).on
    },
    'POST /close': body => {
      const { code, reason } = closeSchema.parse(body)
      this.#controlled.server.closeAll(code, reason)
    },
    'POST /inject': body => this.#controlled.server.inject(injectSchema.parse(body).frame),
    'POST /skew': body => this.#controlled.setSkew(skewSchema.parse(body).milliseconds),
    'POST /deposit': body => this.#deposit(depositSchema.parse(body)),
    'POST /funding': body => this.#fund(fundingSchema.parse(body)),
    'POST /halt': body => this.#halt(haltSchema.parse(body)),
    'POST /line': body => {
      const { line } = this.#controlled
      if (line === undefined) return false
      return strikeLine(line, lineFaultSchema.parse(body))
    },
  }

  #deposit({ account, asset, amount, told }: z.infer<typeof depositSchema>): boolean {
    const { exchange } = this.#controlled.market
    const decimals = decimalsOf(this.#controlled.market, asset)
    const [whole, fraction = ''] = amount.split('.') as [string, string?]
    if (fraction.length > decimals) return false
    exchange.transfer(account, asset, BigInt(whole + fraction.padEnd(decimals, '0')), told)
    return true
  }

  #fund({ symbol, rate }: z.infer<typeof fundingSchema>): boolean {
    const { exchange } = this.#controlled.market
    const instrument = exchange.instruments.all.find(each => each.symbol === symbol && each.kind === 'perpetual')
    if (instrument === undefined) return false
    exchange.payFunding(instrument, rate)
    return true
  }

  #halt({ symbol, open }: z.infer<typeof haltSchema>): boolean {
    const { exchange } = this.#controlled.market
    const instrument = exchange.instruments.all.find(each => each.symbol === symbol)
    if (instrument === undefined) return false
    exchange.isOpen[instrument.index] = open
    return true
  }
}

/** Booked decimals of an asset; 8 for one that no instrument knows. */
export function decimalsOf({ exchange }: VenueMarket, code: string): number {
  const all = exchange.instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
  return all.find(asset => asset.code === code)?.decimals ?? 8
}

/** Everything that the accounts of the venue have and did, in decimal texts. */
function truthOf(market: VenueMarket): unknown {
  const { exchange } = market
  const text = (units: bigint, code: string): string => formatScaled(units, decimalsOf(market, code))
  const accounts = [...exchange.accounts].map(([account, { balances, positions }]) => ({
    account,
    balances: [...balances].map(([asset, { total, locked }]) => ({
      asset,
      total: text(total, asset),
      locked: text(locked, asset),
    })),
    positions: [...positions].map(([index, { lots, realised }]) => {
      const { symbol, quantity, settle } = exchange.instruments.at(index)
      return { symbol, quantity: formatOnGrid(lots, quantity), realised: text(realised, settle.code) }
    }),
    orders: exchange.ordersOf(account).map(order => ({
      ...{
        id: order.id,
        clientOrderId: order.clientOrderId,
        symbol: order.instrument.symbol,
        side: order.side,
        status: order.status,
      },
      price: formatOnGrid(order.price, order.instrument.price),
      quantity: formatOnGrid(order.lots, order.instrument.quantity),
      cumulative: formatOnGrid(order.cumulative, order.instrument.quantity),
    })),
    fills: exchange.fills
      .filter(({ order }) => order.account === account)
      .map(fill => ({
        ...{
          tradeId: fill.tradeId,
          orderId: fill.order.id,
          clientOrderId: fill.order.clientOrderId,
          liquidity: fill.liquidity,
        },
        ...{
          symbol: fill.order.instrument.symbol,
          side: fill.order.side,
          fee: text(fill.fee, fill.feeAsset),
          feeAsset: fill.feeAsset,
        },
        price: formatOnGrid(fill.price, fill.order.instrument.price),
        quantity: formatOnGrid(fill.lots, fill.order.instrument.quantity),
      })),
  }))
  return { now: market.clock.now(), accounts }
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > BODY_MAX) return undefined
  }
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}
