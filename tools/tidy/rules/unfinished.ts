import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'

const WORDS = /\b(TODO|FIXME|XXX|HACK)\b/
const TEST_FUNCTIONS = new Set(['test', 'it', 'describe', 'suite'])
const SWITCHES = new Set(['skip', 'only', 'todo'])

/** Nothing half done is left behind: no note to come back, no test that does not run without saying why. */
export function unfinished(project: Project): Finding[] {
  return project.sources.flatMap(source => [...notes(source), ...(source.isTest ? switches(source) : [])])
}

function notes(source: Source): Finding[] {
  return [...source.comments, ...source.tokens.filter(token => token.kind === 'name')].flatMap(({ text, line }) => {
    const at = WORDS.exec(text)
    if (at === null) return []
    const where = line + text.slice(0, at.index).split('\n').length - 1
    return [
      finding(
        source,
        where,
        'unfinished',
        `${at[0]} in the source`,
        'Finish it, or open an issue and say nothing here',
      ),
    ]
  })
}

function switches(source: Source): Finding[] {
  return source.tokens.flatMap(({ kind, text, line }, at) => {
    if (kind !== 'name' || !SWITCHES.has(text)) return []
    const isCall = source.at(at - 1) === '.' && source.at(at + 1) === '('
    const isOption = source.at(at + 1) === ':' && ['{', ','].includes(source.at(at - 1))
    const reason = source.tokens[at + 2]
    const named = reason?.kind === 'string' && reason.text.length > 2
    const told =
      named || reason?.kind === 'template' || (reason?.kind === 'name' && !['true', 'false'].includes(reason.text))
    const isTest = isCall && TEST_FUNCTIONS.has(source.at(at - 2))
    if (
      isTest ||
      (isCall && !told) ||
      (isOption && !told && reason?.text !== 'false') ||
      (text === 'only' && (isCall || isOption))
    )
      return [
        finding(
          source,
          line,
          'skipped-test',
          `${text} without a reason`,
          "Run it, or say why not: { skip: 'why' } or context.skip('why')",
        ),
      ]
    return []
  })
}

const finding = (source: Source, line: number, rule: string, what: string, remedy: string): Finding => ({
  file: source.path,
  line,
  rule,
  what,
  remedy,
})
