import { z } from 'zod'

const decimal = z.string().regex(/^\d{1,30}(\.\d{1,20})?$/, 'must be a decimal number in quotes, such as "0.01"')
const micros = z
  .int('must be a whole number of microseconds')
  .min(0, 'must not be negative')
  .max(60_000_000, 'must be at most a minute')
const bps = z
  .number('must be a number of basis points')
  .min(-100, 'must be at least -100')
  .max(1000, 'must be at most 1000')

/** What a backtest needs to know; every field but tape and strategy has a default. */
export const backtestConfigSchema = z.strictObject(
  {
    /** Folder of a tape, or several that follow each other. Relative to the configuration file. */
    tape: z.union(
      [z.string().min(1), z.array(z.string().min(1)).min(1)],
      'must be the folder of a tape, or a list of them',
    ),
    strategy: z.strictObject(
      {
        name: z.string('must be the name of a strategy'),
        parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
      },
      'must name a strategy',
    ),
    /** Venue symbols to trade; all of the tape when absent. */
    instruments: z.array(z.string()).min(1).optional(),
    /** Opening cash by asset, decimal texts. */
    capital: z.record(z.string(), decimal).default({ USDT: '100000' }),
    latency: z
      .strictObject({
        feedUs: micros.default(500),
        entryUs: micros.default(1000),
        responseUs: micros.default(1000),
        tailUs: micros.default(0),
      })
      .prefault({}),
    queue: z
      .strictObject({
        model: z.enum(['risk-averse', 'probability'], 'must be risk-averse or probability').default('risk-averse'),
        power: z.number().min(0.1).max(10).default(2),
      })
      .prefault({}),
    fees: z.strictObject({ makerBps: bps, takerBps: bps }).optional(),
    risk: z
      .strictObject({
        maxOrderQuantity: decimal.optional(),
        maxPosition: decimal.optional(),
        maxOrderNotional: decimal.optional(),
        maxOpenOrders: z.int().min(1).default(50),
        priceBandBps: z.number().min(0).default(100),
        maxOrdersPerSecond: z.int().min(1).max(100_000).default(50),
        /** Limits by scope; see `LimitText` for what a value can be. */
        limits: z
          .array(
            z.strictObject({
              name: z.string().min(1).max(100),
              kind: z.string(),
              symbol: z.string().optional(),
              venue: z.string().optional(),
              strategy: z.string().optional(),
              account: z.string().optional(),
              value: z.string('must be a text in quotes, such as "0.5", "5%" or "10/1s"'),
            }),
          )
          .max(1000)
          .optional(),
        /** Ends the trading of a run that goes wrong: everything is canceled and, unless told not to, closed. */
        emergencyStop: z
          .strictObject({
            maxDayDrawdownBps: z.int().min(1).max(10_000).default(500),
            minMarginBps: z.int().min(0).max(10_000).default(1500),
            maxRejections: z.int().min(1).max(10_000).default(10),
            closePositions: z.boolean().default(true),
          })
          .optional(),
      })
      .prefault({}),
    seed: z.int().min(0).default(1),
    equityIntervalMs: z.int().min(1).max(86_400_000).default(1000),
  },
  'must be a mapping of keys',
)

/** A checked configuration with its defaults. */
export type BacktestConfig = z.infer<typeof backtestConfigSchema>

/** Names of all keys, for guessing at what a misspelt one meant. */
export const BACKTEST_KEYS: readonly string[] = [
  'tape',
  'strategy',
  'name',
  'parameters',
  'instruments',
  'capital',
  'latency',
  'feedUs',
  'entryUs',
  'responseUs',
  'tailUs',
  'queue',
  'model',
  'power',
  'fees',
  'makerBps',
  'takerBps',
  'risk',
  'maxOrderQuantity',
  'maxPosition',
  'maxOrderNotional',
  'maxOpenOrders',
  'priceBandBps',
  'maxOrdersPerSecond',
  'limits',
  'kind',
  'symbol',
  'venue',
  'account',
  'value',
  'emergencyStop',
  'maxDayDrawdownBps',
  'minMarginBps',
  'maxRejections',
  'closePositions',
  'seed',
  'equityIntervalMs',
]
