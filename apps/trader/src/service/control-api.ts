import { once } from 'node:events'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { checkSchema, issuesText } from '@velocimex/host/config/schema-issues'
import { z } from 'zod'
import { CONNECTION_ACTIONS } from '../market/connection-view.ts'
import type { AccountViews, LimitChange, ModeChange } from './account-views.ts'
import type { CommandAudit } from './command-audit.ts'
import { EXECUTION_MODES } from './execution-modes.ts'
import type { FeedCommand } from './feed-views.ts'
import { notPossible, Refusal } from './refusal.ts'

const BODY_MAX = 1 << 16
/** Longest order id that a venue takes. */
const ORDER_ID = /^[\w-]{1,64}$/

const reasonSchema = z.strictObject({ reason: z.string().min(3, 'must say why, in three letters or more').max(500) })
/** Closing positions as well must be said. */
const stopSchema = reasonSchema.extend({ flatten: z.boolean().default(false) })
const limitSchema = z.strictObject({
  account: z.string(),
  symbol: z.string(),
  limit: z.enum(['order', 'position', 'open-orders', 'price-band-bps']),
  value: z.string(),
  /** Raising a limit is the administrator's: it must be said. */
  raise: z.boolean().default(false),
})

const modeSchema = z.strictObject({ account: z.string(), strategy: z.string(), mode: z.enum(EXECUTION_MODES) })

const feedSchema = z.strictObject({
  account: z.string(),
  action: z.enum(CONNECTION_ACTIONS),
  connection: z.string().max(20).optional(),
})

/** An answer: status and JSON. */
type Answer = readonly [status: number, value: unknown]

/**
 * The local API of a running trader: JSON over HTTP on a Unix socket that only its owner may open, which is all the
 * permission there is. It listens nowhere else.
 */
export class ControlApi {
  readonly #views: AccountViews
  readonly #http: Server
  readonly #audit: CommandAudit
  readonly #database: () => object
  readonly #path: string

  /** @param audit is told every command @param database how far it is behind, and why */
  constructor(path: string, views: AccountViews, audit: CommandAudit, database: () => object) {
    this.#database = database
    this.#path = path
    this.#audit = audit
    this.#views = views
    this.#http = createServer((request, response) => {
      void this.#answer(request).then(([status, value]) => {
        const body = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      })
    })
  }

  /** @throws Error when another process listens there */
  async listen(): Promise<void> {
    if (existsSync(this.#path)) {
      if (await isAnswered(this.#path)) throw new Error(`another trader is running: ${this.#path} answers`)
      rmSync(this.#path)
    }
    this.#http.listen(this.#path)
    await once(this.#http, 'listening')
    chmodSync(this.#path, 0o600)
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const call = `${request.method} ${url.pathname}`
    const views = this.#views
    views.heard()
    if (call === 'GET /status')
      return [200, { ...views.status(), audit: this.#auditState(), database: this.#database() }]
    if (call === 'GET /orders') return [200, views.orders(url.searchParams.get('all') === 'true')]
    if (call === 'GET /positions') return [200, views.positions()]
    if (call === 'GET /strategies') return [200, views.strategies()]
    if (call === 'GET /feeds') return [200, views.feeds()]
    if (call === 'GET /ledger') return [200, views.ledger()]
    if (call === 'GET /risk') return [200, views.risk()]
    if (call.startsWith('GET /orders/')) return this.#explain(url.pathname.slice('/orders/'.length))
    const body = await jsonOf(request)
    if (call === 'POST /stop')
      return this.#with(stopSchema, body, ({ reason, flatten }) => this.emergencyStop(reason, flatten))
    if (call === 'POST /resume') return this.#with(reasonSchema, body, ({ reason }) => this.#resume(reason))
    if (call === 'POST /audit') return this.#with(reasonSchema, body, ({ reason }) => this.#acknowledge(reason))
    if (call === 'POST /risk') return this.#with(limitSchema, body, change => this.#setLimit(change))
    if (call === 'POST /feeds') return this.#with(feedSchema, body, command => this.#commandFeed(command))
    if (call === 'POST /mode') return this.#with(modeSchema, body, change => this.#setMode(change))
    return [404, { error: `there is no ${call}` }]
  }

  /** @param id as it stands in the address */
  #explain(id: string): Answer {
    const story = ORDER_ID.test(id) ? this.#views.explain(id) : undefined
    if (story !== undefined) return [200, story]
    return [
      404,
      { error: `there is no order ${id === '' ? 'without an id' : id}; velocimex order list --all tells them` },
    ]
  }

  async #with<T>(schema: z.ZodType<T>, body: unknown, act: (value: T) => Promise<unknown>): Promise<Answer> {
    const checked = checkSchema(schema, body)
    if (!checked.ok) return [400, { error: issuesText(checked.issues) }]
    try {
      const done = await act(checked.value)
      if (!(done instanceof Refusal)) return [200, done]
      return [done.reason === 'not_found' ? 404 : 409, { error: done.words }]
    } catch (cause) {
      return [500, { error: (cause as Error).message }]
    }
  }

  /** Engages the emergency stop. It waits for no disk: it is engaged first, then logged, and stands if that fails. */
  async emergencyStop(reason: string, flattens: boolean): Promise<object> {
    const before = this.#views.risk()
    const done = this.#views.stop(reason, flattens)
    try {
      await this.#audit.write('stop', 'all accounts', before, this.#views.risk(), reason)
      return done
    } catch (cause) {
      return { ...done, unlogged: (cause as Error).message }
    }
  }

  /** What makes trading possible is logged before it is done. */
  async #resume(reason: string): Promise<unknown> {
    await this.#audit.write('resume', 'all accounts', this.#views.risk(), 'stop released', reason)
    return this.#views.resume(reason)
  }

  #auditState(): object {
    const { breaks, pending } = this.#audit.damage
    return { breaks, pending: pending ?? null }
  }

  /** A person knows that the log is damaged, and says so in it. */
  async #acknowledge(reason: string): Promise<unknown> {
    const { damage } = this.#audit
    if (damage.breaks.length === 0) return notPossible('the audit log is whole: there is nothing to acknowledge')
    await this.#audit.write('audit.acknowledge', 'audit log', damage.breaks, 'entries pass again', reason)
    damage.acknowledge()
    return { acknowledged: damage.breaks, accounts: this.#views.acknowledgeAudit(reason) }
  }

  async #setMode(change: ModeChange): Promise<unknown> {
    const { account, strategy, mode } = change
    await this.#audit.write('strategy.mode', `${account}:${strategy}`, this.#views.strategies(), mode, '')
    return this.#views.setMode(change)
  }

  async #commandFeed(command: FeedCommand): Promise<unknown> {
    const { account, action, connection = 'all' } = command
    await this.#audit.write(`feed.${action}`, `${account}:${connection}`, '', action, '')
    return this.#views.commandFeed(command)
  }

  async #setLimit(change: LimitChange): Promise<unknown> {
    const { account, symbol, limit, value } = change
    const object = `${account}:${symbol}`
    const before = this.#views.limitsOf(account, symbol)
    await this.#audit.write('risk.set', object, before ?? '', { [limit]: value }, change.raise ? 'raise' : '')
    const done = this.#views.setLimit(change)
    if (done instanceof Refusal) await this.#audit.write('risk.refused', object, before ?? '', before ?? '', done.words)
    return done
  }
}

/** Whether somebody listens on a socket. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > BODY_MAX) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
