import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { AuditLog } from '@velocimex/store/audit/audit-log'
import { AuditDamage } from './audit-damage.ts'
import type { StoreWriter } from './store-writer.ts'

const KEY_BYTES = 32

/** Folder of the audit log of a trader's folder. */
export const auditFolder = (directory: string): string => join(directory, 'audit')
/** The key of the audit log of a trader's folder. */
export const auditKeyPath = (directory: string): string => join(directory, 'audit.key')

/** Reads the key of an audit log. @throws Error when there is none, or it is no key */
export function readAuditKey(directory: string): Uint8Array {
  const path = auditKeyPath(directory)
  if (!existsSync(path)) throw new Error(`${path} is not there: name the folder of a trader with --dir`)
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  if (key.length !== KEY_BYTES)
    throw new Error(`${path} is no key of ${KEY_BYTES} bytes in hex: restore it from a copy`)
  return key
}

/** The key, made on the first start for its owner alone; a half-written one is never seen. */
export function ensureAuditKey(directory: string): Uint8Array {
  const path = auditKeyPath(directory)
  if (!existsSync(path)) {
    if (existsSync(auditFolder(directory)))
      throw new Error(`${path} is gone but its log is there: restore the key, or move ${auditFolder(directory)} away`)
    const partial = `${path}.${process.pid}`
    writeFileSync(partial, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flush: true })
    linkSync(partial, path)
    rmSync(partial)
  }
  return readAuditKey(directory)
}

/**
 * Who stopped, resumed or changed a limit, before and after: on disk in a keyed chain, with a copy in the database. Only
 * the owner of the local API's socket can give commands, so the actor is the user that the trader runs as.
 */
export class CommandAudit {
  readonly #log: AuditLog
  readonly #now: () => number
  /** Where the log was not what had been written when it was opened. */
  readonly damage: AuditDamage
  readonly #actor = userInfo().username
  readonly #session = `pid ${process.pid}`

  private constructor(log: AuditLog, damage: AuditDamage, now: () => number) {
    this.#log = log
    this.damage = damage
    this.#now = now
  }

  /**
   * Opens the log and walks all of it. A damaged one is added to all the same: what must be logged before it is done
   * could not be done any more.
   * @param now microseconds since 1970 @throws Error when there is a log and no key
   */
  static async open(directory: string, writer: StoreWriter, now: () => number): Promise<CommandAudit> {
    const folder = auditFolder(directory)
    const key = ensureAuditKey(directory)
    const log = await AuditLog.open({
      ...{ directory: folder, key, followsDamage: true },
      onEntry: row => writer.write([{ table: 'audit_log', row }]),
    })
    return new CommandAudit(log, await AuditDamage.find(directory, folder, key), now)
  }

  /** Adds an entry; fulfilled when it is on the disk. Rejected: it is not logged, so do not do it. */
  async write(action: string, object: string, before: unknown, after: unknown, reason: string): Promise<void> {
    const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
    await this.#log.write({
      ...{ timestamp: this.#now(), actor: this.#actor, session: this.#session, ip: 'local' },
      ...{ action, object, before: text(before), after: text(after), reason },
    })
  }

  async close(): Promise<void> {
    await this.#log.close()
  }
}
