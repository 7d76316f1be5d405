import { classesOf } from '../declarations.ts'
import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.(ts|tsx|mjs)$/
const FOLDER = /^[a-z0-9]+(-[a-z0-9]+)*$/
const EMPTY_NAMES = new Set('utils util common helpers helper shared misc types'.split(' '))
const EMPTY_SUFFIX = /(Manager|Helper|Util|Utils|Service|Handler|Processor|Data|Info|Base|Impl|Common|Misc)$/
/** A term of the field. */
const ALLOWED_CLASSES = new Set(['OrderManager'])

/** Names say what a thing is: kebab-case files, no drawers for everything, no words that fit any class. */
export function names(project: Project): Finding[] {
  return project.sources.flatMap(source => [...pathNames(source), ...classNames(source)])
}

function pathNames(source: Source): Finding[] {
  const folders = source.path.split('/').slice(0, -1)
  const stem = source.fileName.split('.')[0]!
  const findings: Finding[] = []
  if (!KEBAB.test(source.fileName) || !folders.every(folder => FOLDER.test(folder)))
    findings.push(finding(source, 1, 'file-name', 'is not in kebab-case', 'Rename it: order-book.ts'))
  const empty = [...folders, stem].find(name => EMPTY_NAMES.has(name))
  if (empty !== undefined)
    findings.push(finding(source, 1, 'file-name', `${empty} says nothing`, 'Name the file after the one idea in it'))
  if (stem === 'index')
    findings.push(finding(source, 1, 'file-name', 'is a barrel', 'Import each thing from the file that declares it'))
  return findings
}

const classNames = (source: Source): Finding[] =>
  classesOf(source)
    .filter(({ name }) => EMPTY_SUFFIX.test(name) && !ALLOWED_CLASSES.has(name))
    .map(({ name, line }) =>
      finding(
        source,
        line,
        'class-name',
        `${name} ends in a word that fits any class`,
        'Use the word that a trader would use',
      ),
    )

const finding = (source: Source, line: number, rule: string, what: string, remedy: string): Finding => ({
  file: source.path,
  line,
  rule,
  what,
  remedy,
})
