#!/usr/bin/env node
// The `velocimex` command. Plain JavaScript, so that any Node can start it; the platform itself runs on the pinned Node 26.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts')
if (Number(process.versions.node.split('.')[0]) >= 26) await import(main)
else {
  const pinned = join(dirname(main), '..', '..', '..', 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(pinned)) {
    console.error('velocimex: nothing is installed yet. Remedy: npm run setup')
    process.exit(1)
  }
  const run = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(run.status ?? 1)
}
