// Runs a program for whoever started us and stands before it: a signal to us is meant for the program, we never end before
// it, and we end as it did. Plain JavaScript without packages, because it must run on any Node >= 20.
// Nothing can be handed on after SIGKILL; a trader that must bear that is started without a launcher, on the pinned Node.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** What is handed on. Ctrl-C in a terminal reaches the program twice so; SIGUSR2 is the trader's emergency stop. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/** The program that runs now. */
let child

// On Windows a console tells every process of a Ctrl-C itself, and kill() would end the program at once.
const handOn = signal => void (process.platform !== 'win32' && child?.kill(signal))

/**
 * Runs a program to its end, one at a time. From here on signals are its own, also those that come when it is over: a
 * late twin of the signal that ended it shall not change how we end.
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} how it ended, one of the two; rejects when it
 *   could not be started
 */
export function run(command, args, options) {
  for (const signal of SIGNALS) if (!process.listeners(signal).includes(handOn)) process.on(signal, handOn)
  return new Promise((done, fail) => {
    child = spawn(command, args, options)
    child.on('error', fail)
    child.on('exit', (code, signal) => done({ code, signal }))
  })
}

/** Ends this process as a program has ended: with its exit code, or by the signal that ended it (128 + n in a shell). */
export function endAs({ code, signal }) {
  if (signal === null) process.exit(code)
  // Where a signal does nothing, as for the first process of a container, the code tells it.
  process.exitCode = 128 + constants.signals[signal]
  process.off(signal, handOn)
  process.kill(process.pid, signal)
}
