import { declarationsOf } from '../declarations.ts'
import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'

/** Every exported name says what it is in a doc comment; nothing is exported apart from its declaration. */
export function docs(project: Project): Finding[] {
  return project.sources
    .filter(source => !source.isTest)
    .flatMap(source => {
      const findings: Finding[] = declarationsOf(source)
        .filter(declaration => !declaration.isDocumented)
        .map(({ name, line }) => ({
          file: source.path,
          line,
          rule: 'doc-comment',
          what: `the export ${name} has no doc comment`,
          remedy: 'Write its contract above it: what it is, units and ranges, what each refusal means',
        }))
      for (const [at, token] of source.tokens.entries()) {
        const isList = source.at(at + 1) === '{' || (source.at(at + 1) === 'type' && source.at(at + 2) === '{')
        const open = source.at(at + 1) === '{' ? at + 1 : at + 2
        if (token.text !== 'export' || !isList || source.at(source.partner[open]! + 1) === 'from') continue
        findings.push({
          file: source.path,
          line: token.line,
          rule: 'doc-comment',
          what: 'exports a list of names',
          remedy: 'Write export before each declaration, with its doc comment',
        })
      }
      return findings
    })
}
