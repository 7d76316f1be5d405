import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditBreak, auditBreaks } from '@velocimex/store/audit/audit-chain'
import { readAudit } from '@velocimex/store/audit/audit-log'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'

/** The cause under which a damaged audit log halts entries. */
export const AUDIT_CAUSE = 'audit log'

/** Breaks that are told apart; a log with more is damaged all over. */
const BREAKS_MAX = 100
/** Breaks that a sentence names. */
const NAMED_MAX = 3

const acknowledgedSchema = z.array(z.string()).max(BREAKS_MAX)

/**
 * Where the audit log of a trader's folder is not what was written, and how much of that a person has acknowledged. What
 * is new since then waits for a person again, over restarts.
 */
export class AuditDamage {
  /** Every break: `entry 3 (edited)`. Empty when the log is whole. */
  readonly breaks: readonly string[]
  readonly #path: string
  #acknowledged: ReadonlySet<string>

  private constructor(path: string, breaks: readonly string[]) {
    this.#path = path
    this.breaks = breaks
    this.#acknowledged = new Set(readAcknowledged(path))
  }

  /**
   * Walks the log from its first entry to its end.
   * @param directory of the trader @param log folder of the log @param key 32 bytes
   */
  static async find(directory: string, log: string, key: Uint8Array): Promise<AuditDamage> {
    const unreadable: string[] = []
    const entries = readAudit(log, words => void (unreadable.length < BREAKS_MAX && unreadable.push(words)))
    const found = await auditBreaks(key, entries, BREAKS_MAX)
    const breaks = [...unreadable, ...found.map(breakWords)].slice(0, BREAKS_MAX)
    return new AuditDamage(join(directory, 'audit-acknowledged.json'), breaks)
  }

  /** What nobody has acknowledged yet, and what to do about it; undefined when there is nothing. */
  get pending(): string | undefined {
    const pending = this.breaks.filter(each => !this.#acknowledged.has(each))
    if (pending.length === 0) return undefined
    const more = pending.length > NAMED_MAX ? ` and ${pending.length - NAMED_MAX} more` : ''
    const named = pending.slice(0, NAMED_MAX).join(', ')
    return `${named}${more} not as written; velocimex audit acknowledge "reason" lets trading go on`
  }

  /** A person knows of everything that was found. @throws Error when the disk does not take it; nothing is acknowledged then */
  acknowledge(): void {
    replaceFile(this.#path, JSON.stringify(this.breaks))
    this.#acknowledged = new Set(this.breaks)
  }
}

const breakWords = ({ fault, seq }: AuditBreak): string => `entry ${seq} (${fault})`

/** What cannot be read acknowledges nothing. */
function readAcknowledged(path: string): readonly string[] {
  if (!existsSync(path)) return []
  try {
    return acknowledgedSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return []
  }
}
