import { spawn } from 'node:child_process'

/** How a program ended. */
export interface ProgramEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
  /** It was killed because its time was over. */
  readonly isLate: boolean
  /** The end of what it wrote, standard output and errors as they came. */
  readonly output: string
}

/** Characters of output that are kept. */
const OUTPUT_MAX = 200_000

/** How long output may still come after the end of a program. */
const PIPES_MILLISECONDS = 2000

/** Programs that run now, by their process group. */
const groups = new Set<number>()

/**
 * Runs a program to its end in a process group of its own, so that whatever it started ends with it.
 * @param milliseconds after which the whole group is killed
 */
export function runProgram(
  command: string,
  args: readonly string[],
  cwd: string,
  milliseconds: number,
): Promise<ProgramEnd> {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    if (child.pid !== undefined) groups.add(child.pid)
    let output = ''
    let isLate = false
    const take = (chunk: string): void => {
      output = (output + chunk).slice(-OUTPUT_MAX)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    const timer = setTimeout(() => {
      isLate = true
      killGroup(child.pid)
    }, milliseconds)
    child.once('error', cause => {
      clearTimeout(timer)
      resolve({ code: undefined, signal: undefined, isLate, output: `could not start ${command}: ${cause.message}` })
    })
    let code: number | undefined
    let signal: string | undefined
    child.once('exit', (exitCode, exitSignal) => {
      clearTimeout(timer)
      code = exitCode ?? undefined
      signal = exitSignal ?? undefined
      killGroup(child.pid)
      // What left the group may still hold the pipes open: it is not waited for.
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, PIPES_MILLISECONDS).unref()
    })
    child.once('close', () => resolve({ code, signal, isLate, output }))
  })
}

/** Kills every program that still runs, with all it started. */
export function killAll(): void {
  for (const pid of groups) killGroup(pid)
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  groups.delete(pid)
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}
