import { type Token, type Tokens, tokenize } from './tokenize.ts'
import { type Workspace, workspaceOf } from './workspaces.ts'

/** Test files: stories, properties and the suites that several implementations run. */
const TEST = /\.(test|conformance)\.tsx?$/

/** One file under the rules, cut into tokens. */
export class Source {
  /** Path from the repository root, with `/`. */
  readonly path: string
  readonly text: string
  readonly workspace: Workspace | undefined
  readonly isTest: boolean
  readonly tokens: readonly Token[]
  readonly comments: readonly Token[]
  readonly partner: Tokens['partner']

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
    this.workspace = workspaceOf(path)
    this.isTest = TEST.test(path)
    const { tokens, comments, partner } = tokenize(text)
    this.tokens = tokens
    this.comments = comments
    this.partner = partner
  }

  /** Text of the token at an index; empty before the first and behind the last. */
  at(index: number): string {
    return this.tokens[index]?.text ?? ''
  }

  /** Line of the token at an index. */
  lineAt(index: number): number {
    return this.tokens[index]?.line ?? 1
  }

  /** Line of a token's last character. */
  lastLineAt(index: number): number {
    const { line, text } = this.tokens[index]!
    return line + text.split('\n').length - 1
  }

  /** Name without folders. */
  get fileName(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1)
  }
}
