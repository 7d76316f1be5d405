import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The implementations that we compare with, at exact versions, so that a ratio means the same next year. */
export const PEERS: Readonly<Record<string, string>> = {
  'tardis-dev': '13.35.3',
  ccxt: '4.5.84',
  'nodejs-order-book': '10.1.1',
}

const DIRECTORY = fileURLToPath(new URL('.peers', import.meta.url))

/**
 * Installs the peers beside the benchmarks, outside of what the platform installs: nobody who only trades needs them.
 * Their install scripts do not run. Once they are there this returns at once; a second process that installs at the
 * same time uses what the first one finished.
 *
 * @returns the folder whose `node_modules` holds them
 * @throws Error with npm's words when they cannot be installed
 */
export async function installPeers(): Promise<string> {
  if (arePresent(DIRECTORY)) return DIRECTORY
  console.error(`Installing the peers to compare with (once): ${Object.keys(PEERS).join(', ')} ...`)
  const partial = `${DIRECTORY}.partial-${process.pid}`
  try {
    mkdirSync(partial, { recursive: true })
    const manifest = { name: 'peers', private: true, dependencies: PEERS }
    writeFileSync(join(partial, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd: partial,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    if (npm.status !== 0) throw new Error(`the peers could not be installed: ${npm.error?.message ?? npm.stderr}`)
    if (!arePresent(DIRECTORY)) {
      rmSync(DIRECTORY, { recursive: true, force: true })
      renameSync(partial, DIRECTORY)
    }
    return DIRECTORY
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Whether every peer is installed in a folder at its exact version. */
export function arePresent(directory: string): boolean {
  return Object.entries(PEERS).every(([name, version]) => {
    const path = join(directory, 'node_modules', name, 'package.json')
    return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown }).version === version
  })
}
