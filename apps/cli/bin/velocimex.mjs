#!/usr/bin/env node
// The `velocimex` command. Plain JavaScript, so that any Node can start it; the platform itself runs on the pinned Node 26.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts')
if (Number(process.versions.node.split('.')[0]) >= 26) await import(main)
else {
  const root = join(dirname(main), '..', '..', '..')
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(pinned)) {
    console.error('velocimex: nothing is installed yet. Remedy: npm run setup')
    process.exit(1)
  }
  // By its place: an older Node cannot import from a package of ours, whose files are TypeScript.
  const { endAs, run } = await import(pathToFileURL(join(root, 'tools', 'launch.mjs')).href)
  endAs(await run(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' }))
}
