import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** Sources that can change a result. */
const SOURCES = ['packages/core/src', 'packages/venues/src', 'packages/strategies/src', 'apps/backtester/src/run']

/**
 * Version of the code that computes a result: SHA-256 over the sources themselves, so that it also tells a changed
 * working tree from a commit, and needs no version control. Tests do not count.
 */
export function codeVersion(root: string = ROOT): string {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    const directory = join(root, source)
    const files = (readdirSync(directory, { recursive: true }) as string[])
      .filter(name => name.endsWith('.ts') && !/\.(test|conformance)\.ts$/.test(name))
      .map(name => relative(root, join(directory, name)).split(sep).join('/'))
      .sort()
    for (const file of files)
      hash
        .update(`${file}\n`)
        .update(readFileSync(join(root, file)))
        .update('\n')
  }
  return hash.digest('hex')
}
