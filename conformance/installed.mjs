// The foreign clients are installed when they are first asked for, and again when the lock file has changed.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const here = new URL('.', import.meta.url)

/** Installs what the lock file names and is not there, and runs no scripts of theirs. @throws when npm fails */
export function installClients() {
  if (isInstalled()) return
  console.error('Installing the foreign clients ...')
  const arguments_ = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', arguments_, { cwd: here, stdio: 'inherit' })
  if (status !== 0) throw new Error(`npm ci in conformance/ ended with ${status}: is the package registry in reach?`)
}

/** The version of a client that is installed. */
export const versionOf = name => read(`node_modules/${name}/package.json`).version

/** npm writes what it has installed beside the packages, in the lock file's own form. */
function isInstalled() {
  let present
  try {
    present = read('node_modules/.package-lock.json').packages
  } catch {
    return false
  }
  const wanted = Object.entries(read('package-lock.json').packages).filter(([place]) => place !== '')
  return wanted.every(([place, { version, optional, peer }]) => present[place]?.version === version || optional || peer)
}

const read = path => JSON.parse(readFileSync(new URL(path, here), 'utf8'))
