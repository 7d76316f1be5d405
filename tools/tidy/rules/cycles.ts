import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'

/** Files do not import each other in a circle; `import type` counts, because a reader goes round it all the same. */
export function cycles(project: Project): Finding[] {
  const state = new Map<Source, 'open' | 'done'>()
  const trail: Source[] = []
  const findings: Finding[] = []
  const visit = (source: Source): void => {
    state.set(source, 'open')
    trail.push(source)
    for (const { specifier, line } of project.importsOf(source)) {
      const to = project.resolve(source, specifier)
      if (to === undefined) continue
      if (state.get(to) === 'open') {
        const circle = [...trail.slice(trail.indexOf(to)), to].map(file => file.path).join(' -> ')
        findings.push({
          file: source.path,
          line,
          rule: 'cycle',
          what: `imports in a circle: ${circle}`,
          remedy: 'Move what both need into a file of its own, or declare an interface on the side that calls',
        })
      } else if (state.get(to) === undefined) visit(to)
    }
    trail.pop()
    state.set(source, 'done')
  }
  for (const source of project.sources) if (!state.has(source)) visit(source)
  return findings
}
