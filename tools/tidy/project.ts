import { dirname, join } from 'node:path/posix'
import type { Finding } from './finding.ts'
import { type Import, importsOf, mentionedFiles } from './imports.ts'
import { Source } from './source.ts'
import { WORKSPACES } from './workspaces.ts'

/** A rule looks at the whole and returns what breaks it. */
export type Rule = (project: Project) => Finding[]

/** All files under the rules, and how they name each other. */
export class Project {
  readonly sources: readonly Source[]
  readonly #byPath: ReadonlyMap<string, Source>
  readonly #imports = new Map<Source, readonly Import[]>()

  /** @param files text by path from the repository root */
  constructor(files: ReadonlyMap<string, string>) {
    this.sources = [...files].map(([path, text]) => new Source(path, text))
    this.#byPath = new Map(this.sources.map(source => [source.path, source]))
  }

  importsOf(source: Source): readonly Import[] {
    const known = this.#imports.get(source)
    if (known !== undefined) return known
    const found = importsOf(source)
    this.#imports.set(source, found)
    return found
  }

  /** Files of the project that a file uses: by import, or by naming them in a text. */
  used(source: Source): Source[] {
    const names = [...this.importsOf(source).map(({ specifier }) => specifier), ...mentionedFiles(source)]
    return names.map(name => this.resolve(source, name)).filter(file => file !== undefined)
  }

  /** The file behind a specifier; undefined for packages of others and for files that are not there. */
  resolve(from: Source, specifier: string): Source | undefined {
    const path = pathOf(from.path, specifier)
    return path === undefined
      ? undefined
      : (this.#byPath.get(path) ?? this.#byPath.get(`${path}.ts`) ?? this.#byPath.get(`${path}.tsx`))
  }
}

/** Path from the root that a specifier means, perhaps without its ending; undefined for packages of others. */
export function pathOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(from), specifier)
  const own = /^@velocimex\/([^/]+)(?:\/(.+))?$/.exec(specifier)
  if (own === null) return undefined
  const workspace = WORKSPACES.find(({ folder }) => folder.endsWith(`/${own[1]}`))
  return `${workspace?.folder ?? `packages/${own[1]}`}/src/${own[2] ?? 'index'}`
}
