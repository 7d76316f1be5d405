import type { Finding } from '../finding.ts'
import { functionsOf } from '../functions.ts'
import type { Project } from '../project.ts'

const FILE_LINES_MAX = 300
const TEST_LINES_MAX = 600
const FUNCTION_LINES_MAX = 70

/** A measured exception, written right above the function: a hot loop that is slower in pieces. */
const EXCEPTION = /tidy: long because \w+/
const EXCEPTION_LINES = 3

/** A file is one idea and a function one thought: neither is longer than a person can hold. */
export function size(project: Project): Finding[] {
  return project.sources.flatMap(source => {
    const findings: Finding[] = []
    const lines = source.text.split('\n').length - (source.text.endsWith('\n') ? 1 : 0)
    const most = source.isTest ? TEST_LINES_MAX : FILE_LINES_MAX
    if (lines > most)
      findings.push({
        file: source.path,
        line: most + 1,
        rule: 'long-file',
        what: `has ${lines} lines; ${most} are allowed`,
        remedy: 'Find the second idea in it and give that a file',
      })
    for (const { name, line, lines: length } of functionsOf(source))
      if (length > FUNCTION_LINES_MAX && !isExcepted(source.text, line))
        findings.push({
          file: source.path,
          line,
          rule: 'long-function',
          what: `${name} has ${length} lines; ${FUNCTION_LINES_MAX} are allowed`,
          remedy: 'Name its steps and make them functions',
        })
    return findings
  })
}

function isExcepted(text: string, line: number): boolean {
  const above = text.split('\n').slice(Math.max(0, line - 1 - EXCEPTION_LINES), line - 1)
  return EXCEPTION.test(above.join('\n'))
}
