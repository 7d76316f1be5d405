import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'
import { EXECUTION_MODES, type ExecutionMode } from './execution-modes.ts'

const modesSchema = z.record(z.string(), z.enum(EXECUTION_MODES))

/** The execution modes that a person has chosen for the strategies of an account: they outlive the process. */
export class ModeFile {
  readonly #path: string

  constructor(directory: string) {
    this.#path = join(directory, 'modes.json')
  }

  /** By strategy. A file that cannot be read says nothing safe: then every strategy must only observe. */
  read(): ReadonlyMap<string, ExecutionMode> | 'unreadable' {
    if (!existsSync(this.#path)) return new Map()
    try {
      return new Map(Object.entries(modesSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))))
    } catch {
      return 'unreadable'
    }
  }

  /** Durable before it returns. @throws Error of the file system */
  write(modes: ReadonlyMap<string, ExecutionMode>): void {
    replaceFile(this.#path, JSON.stringify(Object.fromEntries(modes)))
  }
}
