import { deepEqual, equal } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SETUP = join(ROOT, 'tools', 'setup.mjs')
const COMMAND = join(ROOT, 'apps', 'cli', 'bin', 'velocimex.mjs')
/** Makes the command believe that it was started by a Node that cannot run the platform itself. */
const OLD = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
const MINUTE = { timeout: 60_000 }

/** A launcher, what the program behind it said, and how the launcher ended once nobody held its output any more. */
interface Launched {
  readonly launcher: ChildProcess
  said(text: string): Promise<void>
  readonly ended: Promise<readonly [code: number | null, signal: string | null, output: string]>
}

function launch(cwd: string, ...args: string[]): Launched {
  const launcher = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  launcher.stdout.setEncoding('utf8').on('data', chunk => (output += chunk))
  // `close` comes when the program behind it is gone too: it has inherited the pipe.
  const ended = once(launcher, 'close').then(([code, signal]) => [code, signal, output] as const)
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (launcher.stdout.readableEnded) throw new Error(`it ended without ${text}: ${output}`)
      await Promise.race([once(launcher.stdout, 'data'), once(launcher.stdout, 'end')])
    }
  }
  return { launcher, said, ended }
}

const simulated = (directory: string): Launched =>
  launch(directory, '--import', `data:text/javascript,${OLD}`, COMMAND, 'simulate-venue', 'binance-spot', '--port', '0')

async function inFolder(trial: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'launch-'))
  try {
    await trial(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs a text as the program behind tools/setup.mjs. */
function program(directory: string, text: string): Launched {
  const file = join(directory, 'program.mjs')
  writeFileSync(file, text)
  return launch(directory, SETUP, relative(ROOT, file))
}

for (const [at, signal] of SIGNALS.entries())
  test(`${signal} to the launcher is the program's, whose exit code is the launcher's`, MINUTE, () =>
    inFolder(async directory => {
      const { launcher, said, ended } = program(
        directory,
        `process.on('${signal}', () => { console.log('heard'); process.exit(${40 + at}) })
         setInterval(() => {}, 1000)
         console.log('up')`,
      )
      await said('up')
      launcher.kill(signal)
      deepEqual(await ended, [40 + at, null, 'up\nheard\n'])
    }),
  )

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGKILL'] as const)
  test(`a program that ${signal} ended ends its launcher in the same way`, MINUTE, () =>
    inFolder(async directory => {
      const { ended } = program(directory, `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`)
      deepEqual(await ended, [null, signal, ''])
    }),
  )

test('the launcher does not end before a program that takes its time, however often it is asked', MINUTE, () =>
  inFolder(async directory => {
    const { launcher, said, ended } = program(
      directory,
      `let asked = 0
       process.on('SIGINT', () => { console.log('asked', ++asked); if (asked === 3) process.exit(7) })
       setInterval(() => {}, 1000)
       console.log('up')`,
    )
    await said('up')
    for (const number of [1, 2, 3]) {
      launcher.kill('SIGINT')
      await said(`asked ${number}`)
    }
    equal((await ended)[0], 7)
  }),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`a simulated venue ends in order by ${signal} to its launcher, also by twins`, MINUTE, () =>
    inFolder(async directory => {
      const { launcher, said, ended } = simulated(directory)
      await said('key')
      launcher.kill(signal)
      launcher.kill(signal)
      deepEqual((await ended).slice(0, 2), [0, null])
    }),
  )

for (const signal of ['SIGHUP', 'SIGUSR2'] as const)
  test(`a simulated venue is ended by ${signal} to its launcher`, MINUTE, () =>
    inFolder(async directory => {
      const { launcher, said, ended } = simulated(directory)
      await said('key')
      launcher.kill(signal)
      deepEqual((await ended).slice(0, 2), [null, signal])
    }),
  )

test('SIGUSR2 to the launcher is the emergency stop of the trader, and does not disturb its orderly end', MINUTE, () =>
  inFolder(async directory => {
    const { launcher, said, ended } = launch(directory, SETUP, 'apps/trader/src/main.ts', '--dir', directory)
    await said('tick to decision')
    const changes = watch(directory)
    const changed = (file: string): Promise<void> =>
      new Promise(done => changes.on('change', (_, name) => void (name === file && done())))
    const stopped = changed('stop.json')
    launcher.kill('SIGUSR2')
    await stopped
    const ending = changed('control.sock')
    launcher.kill('SIGTERM')
    await ending
    launcher.kill('SIGUSR2')
    deepEqual((await ended).slice(0, 2), [0, null])
    changes.close()
  }),
)
