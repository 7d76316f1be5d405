// `npm run tidy`: the rules of CONTRIBUTING.md as a program. Prints what is not in order and fails if anything is.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findUntidy } from './tidy-rules.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const paths = globSync(
  ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'tools/**/*.ts', 'bench/*.ts', 'bench/*/*.ts'],
  { cwd: root },
).map(path => path.split(sep).join('/'))
const files = paths
  .filter(path => !path.includes('/.peers/'))
  .sort()
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const findings = findUntidy(files)
for (const { path, line, rule, words } of findings) console.log(`${path}:${line}  ${rule}: ${words}`)
console.log(`${files.length} files, ${findings.length} findings`)
process.exit(findings.length === 0 && files.length > 0 ? 0 : 1)
