// The rules of the house, checked: `npm run tidy`, and a step of `npm test`. Exit code 1 when one is broken.
import { fileURLToPath } from 'node:url'
import { writeFinding } from './tidy/finding.ts'
import { Project } from './tidy/project.ts'
import { readFiles } from './tidy/read-files.ts'
import { RULES } from './tidy/rules.ts'

const project = new Project(readFiles(fileURLToPath(new URL('..', import.meta.url))))
const findings = RULES.flatMap(rule => rule(project)).sort((a, b) =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line,
)
for (const finding of findings) console.log(writeFinding(finding))
console.log(`tidy: ${project.sources.length} files, ${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
