import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'

/** Files that start by themselves: programs, tests, workers, benchmarks, tools, configurations of tools. */
const ENTRY =
  /(^|\/)(main\.tsx?|[^/]*-worker\.ts|[^/]*\.test\.tsx?|[^/]*\.bench\.ts|[^/]*\.config\.ts|[^/]*\.d\.ts)$|^apps\/[^/]+\/bin\/|^(tools|bench)\/[^/]+$/

/** A file that nothing uses is not there for anybody. */
export function dead(project: Project): Finding[] {
  const used = new Set<Source>(project.sources.flatMap(source => project.used(source).filter(file => file !== source)))
  return project.sources
    .filter(source => !used.has(source) && !ENTRY.test(source.path))
    .map(source => ({
      file: source.path,
      line: 1,
      rule: 'dead-file',
      what: 'nothing imports it',
      remedy: 'Delete it; it comes back with its first user',
    }))
}
