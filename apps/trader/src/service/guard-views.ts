import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import { STOP_CAUSE } from '@velocimex/core/risk/halt-board'
import { scopeLevel, scopeName } from '@velocimex/core/risk/limit-scope'
import { LIMIT_UNITS, type ScopedLimit } from '@velocimex/core/risk/scoped-limit'
import type { LiveAccount } from './live-account.ts'
import type { NamedAccount } from './named-account.ts'

const iso = (micros: number): string => new Date(micros / 1000).toISOString()

/** Who engaged the stop and who asked again, and its six steps with what became of each; undefined while it is armed. */
export function stopView({ guards }: LiveAccount): object | undefined {
  const { isEngaged, record } = guards.safeguards.stop
  if (!isEngaged) return undefined
  const { number, phase, trigger, by, reason, at, flattens, canceled, flattened, persisted, alerted } = record
  return {
    ...{ number, phase, trigger, by, reason, at: iso(at) },
    repeats: record.repeats.map(each => ({ ...each, at: iso(each.at) })),
    steps: {
      'block entries': 'done',
      'cancel orders': told(canceled),
      'close positions': flattens ? told(flattened) : 'not asked for',
      persist: told(persisted),
      alert: told(alerted),
      observe: told(phase === 'observing'),
    },
  }
}

const told = (isDone: boolean): string => (isDone ? 'done' : 'under way')

/** What keeps accounts from trading until a person acts, each once with the accounts that it keeps, for the screen. */
export function standingLines(accounts: readonly NamedAccount[]): readonly string[] {
  const names = new Map<string, string[]>()
  for (const { name, account } of accounts)
    for (const { cause, reason } of account.guards.safeguards.halts.halts) {
      const words = cause === STOP_CAUSE ? `STOPPED: ${reason}` : `HALTED, ${cause}: ${reason}`
      names.set(words, [...(names.get(words) ?? []), name])
    }
  return [...names].map(([words, of]) => (of.length === accounts.length ? words : `${words} (${of.join(', ')})`))
}

/** How far trading goes now, why no further, and which breakers are not closed. */
export function modeView({ guards, instruments }: LiveAccount): object {
  const { degraded, breakers, halts } = guards.safeguards
  return {
    posture: degraded.mode.posture,
    conditions: guards.conditions,
    breakers: breakers
      .states()
      .filter(({ state }) => state !== 'closed')
      .map(({ spec, state, openedAt }) => ({ name: spec.name, state, since: iso(openedAt) })),
    halts: halts.halts.map(({ scope, cause, reason, since }) => ({
      ...{ scope: scopeName(scope, instruments), cause, reason, since: iso(since) },
    })),
  }
}

/** Every limit by scope, in decimal text. */
export function limitRows(account: LiveAccount): readonly object[] {
  return account.guards.safeguards.limits.active.map(({ limit }) => ({
    name: limit.name,
    level: scopeLevel(limit.scope),
    scope: scopeName(limit.scope, account.instruments),
    kind: limit.kind,
    value: valueText(limit, account),
  }))
}

/** Every breaker with its state. */
export function breakerRows({ guards, instruments }: LiveAccount): readonly object[] {
  return guards.safeguards.breakers.states().map(({ spec, state }) => ({
    ...{ name: spec.name, scope: scopeName(spec.scope, instruments), cause: spec.trigger.cause, state },
  }))
}

function valueText({ kind, value, scope, window }: ScopedLimit, { instruments }: LiveAccount): string {
  if (window !== undefined) return `${value}/${window / 1e6}s`
  const unit = LIMIT_UNITS[kind]
  if (unit === 'orders') return String(value)
  if (unit === 'bps') return `${value} bps`
  if (unit === 'lots') return formatOnGrid(Number(value), instruments.at(scope.instrument ?? 0).quantity)
  const { code, decimals } = instruments.at(0).settle
  return `${formatScaled(value, decimals)} ${code}`
}
