import type { EventEmitter } from 'node:events'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** Signals of this time are one wish: Ctrl-C comes from the terminal, from npm and from the launcher at once. */
const TWINS_MILLISECONDS = 1000

/** What an `onEndRequest` stands on. */
export interface EndRequestSeams {
  /** Emits the names of signals. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>
  /** Calls back when twins of a signal can come no more. */
  afterTwins(call: () => void): void
  /** Ends the process by a signal that nobody listens to any more. */
  force(signal: NodeJS.Signals): void
}

const PROCESS: EndRequestSeams = {
  signals: process,
  // A loop that was busy all the time hears of a twin after its timers: hence one more turn.
  afterTwins: call => void setTimeout(() => setImmediate(call), TWINS_MILLISECONDS).unref(),
  force: signal => void process.kill(process.pid, signal),
}

/**
 * Ends a command in order when SIGINT or SIGTERM asks for it. Twins of that signal are passed over; whoever asks again
 * when a second has gone by does not want to wait, and the signal ends the process as it always would.
 * @param end begins the orderly end; called once
 */
export function onEndRequest(end: () => void, { signals, afterTwins, force }: EndRequestSeams = PROCESS): void {
  let isAsked = false
  let isPatient = true
  const ask = (signal: NodeJS.Signals): void => {
    if (!isPatient) {
      for (const each of SIGNALS) signals.off(each, ask)
      force(signal)
    } else if (!isAsked) {
      isAsked = true
      afterTwins(() => void (isPatient = false))
      end()
    }
  }
  for (const signal of SIGNALS) signals.on(signal, ask)
}
