import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'

const CALLS = new Set(['mkdir', 'mkdirSync'])

/** What we ship makes folders by `makeFolder`: Node's recursive mkdir never ends where a parent takes no entries. */
export function folders(project: Project): Finding[] {
  return project.sources
    .filter(({ path, isTest }) => /^(packages|apps)\//.test(path) && !isTest)
    .flatMap(source =>
      source.tokens.flatMap(({ kind, text, line }, at) =>
        kind === 'name' && CALLS.has(text) && isRecursive(source, at + 1)
          ? [
              {
                ...{ file: source.path, line, rule: 'folders', what: `${text} is recursive` },
                remedy: 'Take makeFolder of host/files/make-folder',
              },
            ]
          : [],
      ),
    )
}

/** Whether the call whose parenthesis is at `open` says `recursive: true`. */
function isRecursive(source: Source, open: number): boolean {
  if (source.at(open) !== '(') return false
  for (let at = open + 1, depth = 1; depth > 0 && at < source.tokens.length; at++) {
    if (source.at(at) === '(') depth++
    else if (source.at(at) === ')') depth--
    else if (source.at(at) === 'recursive' && source.at(at + 2) === 'true') return true
  }
  return false
}
