import { decimal } from '@velocimex/host/config/decimal-text'
import { RISK_KEYS, riskSection } from '@velocimex/host/config/risk-section'
import { z } from 'zod'

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
    risk: riskSection,
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
  ...RISK_KEYS,
  'seed',
  'equityIntervalMs',
]
