// Makes a fresh clone runnable, then hands over. Plain JavaScript, because it must start on any Node >= 20, before the
// pinned Node 26 and TypeScript are there:
//
//     node tools/setup.mjs [FILE ARGUMENT...]
//
// It runs `npm ci` when the lock file and what is installed differ, then runs FILE on the pinned Node. Signals reach what
// runs, and it ends as FILE does.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endAs, run } from './launch.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.velocimex-installed')
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `Velocimex needs Node 20 or newer to install itself; this is ${process.version}. See https://nodejs.org`,
  )
  process.exit(1)
}

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const installed = existsSync(stamp) && existsSync(pinned) ? readFileSync(stamp, 'utf8') : ''
if (installed !== wanted) await install()

const [file, ...args] = process.argv.slice(2)
if (file !== undefined) {
  const how = await run(pinned, [join(root, file), ...args], { stdio: 'inherit', cwd: root }).catch(cause => {
    console.error(`could not start ${pinned}: ${cause.message}; delete node_modules and try again`)
    process.exit(1)
  })
  endAs(how)
}

async function install() {
  console.error('Installing what is missing (once, about half a minute) ...')
  const npm = await run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    cwd: root,
    shell: process.platform === 'win32',
  }).catch(cause => ({ code: 1, signal: null, cause }))
  if (npm.signal !== null) endAs(npm)
  if (npm.code !== 0) {
    if (npm.cause) console.error(`npm: ${npm.cause.message}`)
    console.error('npm ci failed: see the lines above. A network that reaches the npm registry is needed once.')
    process.exit(1)
  }
  if (!existsSync(pinned)) {
    console.error(
      'The pinned Node was not installed: npm must be allowed to run the install script of the package "node"',
    )
    console.error('(package.json lists it in allowScripts). Remedy: npm rebuild node')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}
