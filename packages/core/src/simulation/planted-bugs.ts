import type { Journal } from '../bus/journal.ts'
import { DESK_TIMING } from '../execution/desk-timing.ts'
import type { LiveGateway, Stamp } from '../execution/live-gateway.ts'
import { entryKind, type OrderEntry } from '../execution/order-entry.ts'
import type { PlaceCommand } from '../execution/order-gateway.ts'
import type { OrderListener } from '../execution/order-manager.ts'
import { BUY, type Side } from '../market/side.ts'
import { isTerminal } from '../order/order-state.ts'
import type { Seams } from './seams.ts'

/*
 * Bugs of the kind that cost people money, planted between the parts of the trading process. A simulation that does not
 * find them proves nothing: the tests run each of them, and a person can with `--plant`.
 */

const numberOf = (kind: OrderEntry['kind']): number => entryKind({ kind } as OrderEntry)
const PLACE = numberOf('place')
const START = numberOf('start')

/** Every so many times. */
const EVERY = 7

/** A journal with another `append`. */
const withAppend = (journal: Journal, append: Journal['append']): Journal => ({
  get writtenThrough() {
    return journal.writtenThrough
  },
  get syncedThrough() {
    return journal.syncedThrough
  },
  get isShort() {
    return journal.isShort
  },
  append,
  sync: () => journal.sync(),
  saveSnapshot: state => journal.saveSnapshot(state),
})

/** A gateway with another `place`. */
const withPlace = (gateway: LiveGateway, place: LiveGateway['place']): LiveGateway => ({
  place,
  placeBatch: commands => gateway.placeBatch(commands),
  cancel: (command, stamp) => gateway.cancel(command, stamp),
  replace: (command, stamp) => gateway.replace(command, stamp),
  cancelReplace: (cancel, placed, stamp) => gateway.cancelReplace(cancel, placed, stamp),
  ask: question => gateway.ask(question),
})

/** A listener with another `onFill`. */
const withFill = (listener: OrderListener, onFill: OrderListener['onFill']): OrderListener => ({
  onFill,
  onOrderUpdate: order => listener.onOrderUpdate(order),
  onAlert: (alert, report, order) => listener.onAlert(alert, report, order),
})

/** Some fills never reach the books. */
function dropFill(): Seams {
  let count = 0
  return {
    listener: listener =>
      withFill(listener, (fill, order) => {
        if (++count % EVERY !== 0) listener.onFill(fill, order)
      }),
  }
}

/** Some orders go out twice. */
function doubleSend(): Seams {
  let count = 0
  return {
    gateway: gateway =>
      withPlace(gateway, (command, stamp) => {
        gateway.place(command, stamp)
        if (++count % EVERY === 0) gateway.place(command, stamp)
      }),
  }
}

/** Some intents are not written down. */
function skipJournal(): Seams {
  let count = 0
  return {
    journal: journal =>
      withAppend(journal, (kind, payload) =>
        kind === PLACE && ++count % EVERY === 0
          ? { ok: true, value: journal.writtenThrough + 1 }
          : journal.append(kind, payload),
      ),
  }
}

/** Records are written only when the next one comes: a buffer that somebody forgot to flush. */
function writeLate(): Seams {
  return {
    journal: journal => {
      let held: readonly [number, string] | undefined
      return withAppend(journal, (kind, payload) => {
        const written = held === undefined ? undefined : journal.append(...held)
        held = [kind, payload]
        return written?.ok === false ? written : { ok: true, value: journal.writtenThrough + 1 }
      })
    },
  }
}

/** An order whose outcome is not known is sent again. */
function resendUnknown(): Seams {
  const sent = new Map<string, readonly [PlaceCommand, Stamp]>()
  return {
    gateway: gateway =>
      withPlace(gateway, (command, stamp) => {
        sent.set(command.clientOrderId, [command, stamp])
        gateway.place(command, stamp)
      }),
    inbound: (inbound, _desk, gateway) => ({
      onReport: report => inbound.onReport(report),
      onAnswer: answer => inbound.onAnswer(answer),
      onOutcome: (ref, outcome) => {
        const again = sent.get(ref.clientOrderId)
        if (outcome.kind === 'unknown' && ref.verb === 'place' && again !== undefined) gateway.place(...again)
        else inbound.onOutcome(ref, outcome)
      },
    }),
  }
}

/** "Not found" is believed the first time, at once. */
const believeNotFound = (): Seams => ({ timing: { ...DESK_TIMING, propagation: 0, absentAnswers: 1 } })

/** A question that failed counts as "no such order". */
function trustFailure(): Seams {
  const asked = new Set<number>()
  return {
    timing: { ...DESK_TIMING, propagation: 3_000_000 },
    gateway: gateway => ({
      ...withPlace(gateway, (command, stamp) => gateway.place(command, stamp)),
      ask: question => {
        if (question.about === 'order') asked.add(question.number)
        gateway.ask(question)
      },
    }),
    inbound: (inbound, desk) => ({
      onReport: report => inbound.onReport(report),
      onOutcome: (ref, outcome) => inbound.onOutcome(ref, outcome),
      onAnswer: answer => {
        inbound.onAnswer(answer)
        if (answer.about !== 'failure' || !asked.has(answer.number)) return
        for (const [id, { place }] of desk.orders.facts)
          if (place !== undefined)
            inbound.onOutcome(
              { clientOrderId: id, verb: 'place', command: place.command },
              { kind: 'not_sent', reason: '' },
            )
      },
    }),
  }
}

/** Fills that come after their order was closed are thrown away. */
const loseLateFill = (): Seams => ({
  listener: listener =>
    withFill(listener, (fill, order) => {
      if (!isTerminal(order.state) || order.state === 'filled') listener.onFill(fill, order)
    }),
  inbound: (inbound, desk) => ({
    onReport: report => {
      const order = desk.orders.manager.find(report.clientOrderId)
      if (order === undefined || !isTerminal(order.state))
        inbound.onReport({
          ...report,
          cumulative: report.kind === 'filled' ? report.cumulative : (0 as typeof report.cumulative),
        })
    },
    onOutcome: (ref, outcome) => inbound.onOutcome(ref, outcome),
    onAnswer: answer => {
      if (answer.about !== 'fills') inbound.onAnswer(answer)
      else {
        const fills = answer.fills.filter(({ clientOrderId }) => {
          const order = desk.orders.manager.find(clientOrderId)
          return order === undefined || !isTerminal(order.state)
        })
        inbound.onAnswer({ ...answer, fills })
      }
    },
  }),
})

/** A fill that is told twice is booked twice. */
const doubleBook = (): Seams => ({
  inbound: (inbound, desk, _gateway, listener) => ({
    onReport: report => {
      const { fill } = report
      const order = desk.orders.manager.find(report.clientOrderId)
      if (fill !== undefined && order !== undefined && !desk.orders.isNew(fill)) listener.onFill(fill, order)
      inbound.onReport(report)
    },
    onOutcome: (ref, outcome) => inbound.onOutcome(ref, outcome),
    onAnswer: answer => inbound.onAnswer(answer),
  }),
})

/** What is on its way or in doubt does not count as exposure. */
const forgetInFlight = (): Seams => ({
  exposure: (exposure, desk) => {
    const lots = (instrument: number, side: Side): number =>
      desk.orders.manager
        .openOrders(instrument)
        .filter(
          ({ state, request }) => request.side === side && (state === 'submitted' || state === 'partially_filled'),
        )
        .reduce((sum, { leaves }) => sum + leaves, 0)
    return {
      netLots: instrument => exposure.netLots(instrument),
      openBuyLots: instrument => lots(instrument, BUY),
      openSellLots: instrument => lots(instrument, -1),
      openOrders: instrument => exposure.openOrders(instrument),
      reference: instrument => exposure.reference(instrument),
    }
  },
})

/** Every start takes the same epoch, so client order ids come again. */
const skipEpoch = (): Seams => ({
  history: history => ({
    ...history,
    epoch: 0,
    records: history.records.filter(({ kind }) => kind !== START),
    ...(history.snapshot === undefined
      ? {}
      : { snapshot: { ...history.snapshot, state: history.snapshot.state.replace(/"epoch":\d+/, '"epoch":0') } }),
  }),
})

/** A start believes its own journal and does not ask the venue for fills that it may have missed. */
const startWithoutFills = (): Seams => ({
  inbound: inbound => ({
    onReport: report => inbound.onReport(report),
    onOutcome: (ref, outcome) => inbound.onOutcome(ref, outcome),
    onAnswer: answer => inbound.onAnswer(answer.about === 'fills' ? { ...answer, fills: [] } : answer),
  }),
})

/** The bugs by name; each call plants a fresh one. */
export const PLANTED_BUGS: Readonly<Record<string, () => Seams>> = {
  'drop-fill': dropFill,
  'double-send': doubleSend,
  'skip-journal': skipJournal,
  'write-late': writeLate,
  'resend-unknown': resendUnknown,
  'believe-not-found': believeNotFound,
  'trust-failure': trustFailure,
  'lose-late-fill': loseLateFill,
  'double-book': doubleBook,
  'forget-in-flight': forgetInFlight,
  'skip-epoch': skipEpoch,
  'start-without-fills': startWithoutFills,
}
