import { join } from 'node:path'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import { riskLimits, stopThresholds } from '@velocimex/host/config/risk-section'
import { ClockOffset } from '@velocimex/host/net/clock-offset'
import { RestClient } from '@velocimex/host/net/rest-client'
import { makeStrategy } from '@velocimex/strategies/catalogue'
import { ORDER_VENUES } from '@velocimex/venues/order-venues'
import { VENUE_CLOCKS } from '@velocimex/venues/venue-clocks'
import { findVenue } from '@velocimex/venues/venues'
import { WIRES } from '@velocimex/venues/wires'
import { listOf, unlisted } from '../record/recorder.ts'
import { measureClock } from '../venue/measure-clock.ts'
import { CRYPTOGRAPHY } from '../venue/node-cryptography.ts'
import { AUDIT_CAUSE } from './audit-damage.ts'
import type { GuardOptions } from './guard-options.ts'
import { LiveAccount } from './live-account.ts'
import type { LiveStrategy } from './live-strategies.ts'
import type { SingleOptions } from './single-options.ts'
import type { AccountConfig } from './trader-config.ts'
import { venueAccess } from './venue-access.ts'
import type { VenueAddresses } from './venue-addresses.ts'

const JOURNAL_RESERVE = 1 << 20

/** What one account is started with, beside its configuration. */
export interface StartParts
  extends Pick<
    SingleOptions,
    'store' | 'timers' | 'directory' | 'seams' | 'stopped' | 'auditDamage' | 'guards' | 'nanos'
  > {
  readonly addresses: VenueAddresses
  /** Number of the account, part of its client order ids. */
  readonly instance: number
  readonly onFill: SingleOptions['onFill']
  onRefusal(reason: string): void
  readonly onAlert: SingleOptions['onAlert']
  readonly onFatal: SingleOptions['onFatal']
}

/**
 * Lists the instruments of an account, makes its strategies, recovers and connects.
 * @throws Error with words for a person: the venue cannot be reached, a symbol is not there, a limit does not fit
 */
export async function startAccount(config: AccountConfig, parts: StartParts): Promise<LiveAccount> {
  const { name } = config
  const { store, timers, directory, instance } = parts
  const venue = findVenue(config.venue)!.members[0]
  const wire = WIRES.get(venue.id)!
  const access = venueAccess(config, venue.id, parts.addresses, process.env)
  const rest = new RestClient({ origin: access.rest ?? wire.rest }, timers)
  const venueClock = new ClockOffset()
  // What was traded since when is asked by the venue's clock, from the first moment on.
  const instruments = await measureClock(rest, VENUE_CLOCKS.get(venue.id)!, venueClock)
    .then(() => listed(config, rest))
    .finally(() => rest.stop())
  const issues: string[] = []
  const limits = riskLimits(config.risk, instruments, issues)
  const strategies = config.strategies.map(each => strategyOf(each, instruments, issues))
  if (issues.length > 0) throw new Error(issues.map(words => `${name}: ${words}`).join('\n'))
  const records = store.account(name, instruments)
  const { credentials, ...addresses } = access
  const started = LiveAccount.start({
    ...{ venue, wire, instruments, credentials, cryptography: CRYPTOGRAPHY, ...addresses },
    ...{ timers, venueClock, instance, limits, redundancy: config.redundancy },
    ...{ orders: ORDER_VENUES.get(venue.id)!, strategies: strategies.flatMap(each => each ?? []) },
    ...{ directory: join(directory, name), guards: guardsOf(config, parts), reserveBytes: JOURNAL_RESERVE },
    ...(parts.seams === undefined ? {} : { seams: parts.seams(name) }),
    nanos: () => parts.nanos(),
    onFill(fill, realised, words) {
      records.onFill(fill, realised)
      parts.onFill(name, fill, words)
    },
    onOrderUpdate: order => records.onOrderUpdate(order),
    onRefusal(_strategy, request, reason) {
      records.onRefusal(request, reason)
      parts.onRefusal(reason)
    },
    onAlert(words) {
      records.onAlert(words)
      parts.onAlert(name, words)
    },
    onFatal: words => parts.onFatal(`${name}: ${words}`),
  })
  if (!started.ok) throw new Error(`${name}: ${started.words ?? started.reason}`)
  if (parts.stopped !== undefined) started.value.guards.stopAgain(parts.stopped)
  // Before the first event: nothing has been placed.
  if (parts.auditDamage !== undefined) started.value.guards.halt(AUDIT_CAUSE, parts.auditDamage)
  else started.value.guards.lift(AUDIT_CAUSE, 'the log is whole, or acknowledged')
  await store.follow(name, started.value)
  return started.value
}

/** The instruments of an account, as its venue lists them. */
async function listed(config: AccountConfig, rest: RestClient): Promise<Instrument[]> {
  const venue = findVenue(config.venue)!.members[0]
  const all = await listOf(venue, WIRES.get(venue.id)!, rest)
  const found = config.symbols.map(symbol => {
    const instrument = all.find(each => each.symbol === symbol)
    if (instrument !== undefined) return instrument
    const names = all.map(each => each.symbol)
    throw new Error(`${config.name}: ${unlisted(config.venue, [symbol], names)}`)
  })
  return alignAssets(found.map((instrument, index) => ({ ...instrument, index })))
}

function strategyOf(
  { name, kind, mode, symbols, parameters }: AccountConfig['strategies'][number],
  all: readonly Instrument[],
  issues: string[],
): LiveStrategy | undefined {
  const instruments = all.filter(({ symbol }) => symbols?.includes(symbol) ?? true)
  const made = makeStrategy(kind, parameters, instruments, name)
  if (made.ok) return { strategy: made.value, instruments, mode }
  issues.push(...made.issues.map(issue => `strategy ${name ?? kind}: ${issue.name} ${issue.words}`))
  return undefined
}

function guardsOf({ risk }: AccountConfig, { guards }: StartParts): GuardOptions {
  return {
    limits: (risk.limits ?? []) as NonNullable<GuardOptions['limits']>,
    // Without a section of its own the usual thresholds guard: an account is never without.
    ...(risk.emergencyStop === undefined
      ? {}
      : { stop: stopThresholds(risk), flattens: risk.emergencyStop.closePositions }),
    ...guards,
  }
}
