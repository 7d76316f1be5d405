import { type ConfigResult, loadConfig } from '@velocimex/host/config/load-config'
import { RISK_KEYS, riskSection } from '@velocimex/host/config/risk-section'
import { SIDES } from '@velocimex/venues/sides'
import { findVenue } from '@velocimex/venues/venues'
import { z } from 'zod'

/** Venues that have one kind of market, so that an account there can trade: `okx-swap`, not `okx`. */
const TRADABLE: readonly string[] = [...SIDES.keys()].filter(name => findVenue(name)?.members.length === 1)
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 small letters, digits and dashes: it names a folder')
const symbols = z.array(z.string().min(1).max(60)).min(1).max(200)

const strategySection = z.strictObject({
  /** Its name in orders and reports; its kind when left out. */
  name: name.optional(),
  kind: z.string('must be a kind of strategy, such as market-maker'),
  /** Paper unless told: `simulation`. A mode that was set by command goes before this one. */
  mode: z.enum(['live', 'simulation', 'observation'], 'must be live, simulation or observation').default('simulation'),
  /** Of the account's; all of them when left out. */
  symbols: symbols.optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
})

const address = (scheme: 'http' | 'ws') =>
  z.string().regex(new RegExp(`^${scheme}s?://[^/]+$`), `must be ${scheme}s://host or ${scheme}s://host:port`)

const accountSection = z.strictObject({
  name,
  venue: z.enum(TRADABLE, `must be one of ${TRADABLE.join(', ')}`),
  /** A venue beside us on this machine, the venue itself, or addresses that speak its protocol: a test network. */
  endpoint: z
    .union(
      [
        z.enum(['simulated', 'venue']),
        z.strictObject({
          rest: address('http'),
          sockets: address('ws'),
          privateSockets: address('ws').optional(),
          orderSockets: address('ws').optional(),
        }),
      ],
      'must be simulated, venue, or a mapping of rest, sockets, privateSockets and orderSockets',
    )
    .default('simulated'),
  /**
   * Of a simulated venue the number of its key; otherwise the start of the names of environment variables:
   * `BINANCE` stands for BINANCE_API_KEY, BINANCE_API_SECRET and, where the venue has one, BINANCE_API_PASSPHRASE.
   */
  key: z
    .union(
      [z.int().min(1).max(2), z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/)],
      'must be 1 or 2 for a simulated venue, else capital letters, digits and underscores',
    )
    .default(1),
  symbols,
  /** Sockets that carry each instrument: with two, merged, the loss or the replacement of one leaves no gap. */
  redundancy: z.literal([1, 2], 'must be 1 or 2: sockets that carry each instrument').default(2),
  strategies: z.array(strategySection).max(50).default([]),
  risk: riskSection,
})

/** What `npm start` trades: accounts, their strategies and limits. */
export const traderConfigSchema = z
  .strictObject(
    {
      accounts: z.array(accountSection, 'must be a list of accounts').min(1).max(20),
      /** Address of a PostgreSQL database; a file in the folder when left out. `--database` goes before it. */
      database: z.string().optional(),
      /** Emergency stop after so many seconds without a word of the operator. `--dead-man` goes before it. */
      deadManSeconds: z.int().min(1).optional(),
    },
    'must be a mapping of keys',
  )
  .superRefine(({ accounts }, context) => {
    const tell = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path: ['accounts', ...path], message })
    for (const [at, account] of accounts.entries()) {
      const { endpoint, key, strategies, risk } = account
      if (accounts.findIndex(other => other.name === account.name) < at) tell([at, 'name'], 'occurs twice')
      if ((endpoint === 'simulated') !== (typeof key === 'number'))
        tell(
          [at, 'key'],
          endpoint === 'simulated'
            ? 'must be 1 or 2 at a simulated venue'
            : 'must be the start of names in the environment',
        )
      for (const limit of ['maxOrderQuantity', 'maxPosition'] as const)
        if (risk[limit] === undefined) tell([at, 'risk'], `needs ${limit}: an account does not trade without`)
      for (const [place, strategy] of strategies.entries()) {
        const called = strategy.name ?? strategy.kind
        if (strategies.findIndex(other => (other.name ?? other.kind) === called) < place)
          tell([at, 'strategies', place], `${called} occurs twice: give each a name`)
        for (const symbol of strategy.symbols ?? [])
          if (!account.symbols.includes(symbol))
            tell([at, 'strategies', place, 'symbols'], `${symbol} is not among the account's symbols`)
      }
      const twin = accounts.findIndex(
        other => other.venue === account.venue && other.endpoint === endpoint && other.key === key,
      )
      if (twin < at) tell([at, 'key'], `is that of ${accounts[twin]!.name}, too: fills would be booked twice`)
    }
  })

/** A checked configuration with its defaults. */
export type TraderConfig = z.infer<typeof traderConfigSchema>
/** One account of it. */
export type AccountConfig = TraderConfig['accounts'][number]

/** Names of all keys, for guessing at what a misspelt one meant. */
const TRADER_KEYS: readonly string[] = [
  ...[
    'accounts',
    'database',
    'deadManSeconds',
    'name',
    'venue',
    'endpoint',
    'rest',
    'sockets',
    'privateSockets',
    'orderSockets',
  ],
  ...['key', 'symbols', 'redundancy', 'strategies', 'kind', 'mode', 'parameters', 'risk'],
  ...RISK_KEYS,
]

/** Reads and checks a configuration file. */
export const loadTraderConfig = (path: string): ConfigResult<TraderConfig> =>
  loadConfig(path, traderConfigSchema, TRADER_KEYS)
