import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where code lies. */
const ROOTS = ['packages', 'apps', 'tools', 'bench']
const PASSED_OVER = new Set(['node_modules', '.peers', 'results', 'dist', 'fixtures'])

/** Paths from the root of every file that ends in `ending`, in order of name. A folder that is not there is empty. */
export function findFiles(root: string, ending: RegExp): string[] {
  const found: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) visit(path)
      else if (entry.isFile() && ending.test(entry.name)) found.push(path)
    }
  }
  const here = new Set(readdirSync(root))
  for (const folder of ROOTS) if (here.has(folder)) visit(folder)
  return found
}

/** Texts of all code files, by path from the root. */
export const readFiles = (root: string): Map<string, string> =>
  new Map(findFiles(root, /\.(tsx?|mjs)$/).map(path => [path, readFileSync(join(root, path), 'utf8')]))
