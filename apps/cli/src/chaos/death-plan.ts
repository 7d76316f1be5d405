import { decodeEntry } from '@velocimex/core/execution/order-entry'
import type { KillPoint, Passage } from '@velocimex/core/simulation/kill-points'
import type { JournalFiles } from '@velocimex/host/journal/journal-files'

/** What a command is about at a marked point: how the order of a placement is priced, or what is done to one. */
export type CommandKind = 'limit' | 'market' | 'batch' | 'cancel' | 'replace'

/** Strategy name under which orders of one request are placed: their records say no more. */
export const BATCH = 'drill-batch'

/** When a trader ends itself: the nth time that it passes a point. */
export interface Death {
  readonly point: KillPoint
  readonly about?: CommandKind
  /** From 1. */
  readonly nth: number
  /** The account that must pass it; any when absent. */
  readonly account?: string
}

/** Points that a life passes before it trades. */
const WHILE_RECOVERING: ReadonlySet<KillPoint> = new Set(['mid_recovery', 'mid_audit'])

/** Waits at the marked points of one account, and ends the process there when it is time: without a word, as kill -9. */
export class Sentence implements Passage {
  /** Points that are passed before count only while it recovers. */
  isTrading = false
  readonly #death: Death
  readonly #types = new Map<string, string>()
  #left: number

  constructor(death: Death) {
    this.#death = death
    this.#left = death.nth
  }

  pass(point: KillPoint, kind?: number, payload?: string): void {
    this.strike(point, kind === undefined ? '' : this.#aboutOf(kind, payload!))
  }

  /** @param about a `CommandKind`, empty for what is about no command */
  strike(point: KillPoint, about: string): void {
    if (!this.isTrading && !WHILE_RECOVERING.has(point)) return
    if (point !== this.#death.point || about !== (this.#death.about ?? about)) return
    if (--this.#left === 0) process.kill(process.pid, 'SIGKILL')
  }

  #aboutOf(kind: number, payload: string): string {
    const entry = decodeEntry(kind, payload)
    if (!entry.ok) return ''
    const { value } = entry
    if (value.kind === 'cancel' || value.kind === 'replace') return value.kind
    if (value.kind === 'cancel_replace') return 'replace'
    if (value.kind === 'place') {
      const about = value.order.strategy === BATCH ? 'batch' : value.order.type
      this.#types.set(value.id, about)
      return about
    }
    if (value.kind !== 'report') return ''
    if (value.report.kind === 'canceled') return 'cancel'
    if (value.report.kind === 'replaced') return 'replace'
    return this.#types.get(value.report.clientOrderId) ?? ''
  }
}

/** A disk on which the process may die while it opens a segment or puts a snapshot in its place. */
export function killableFiles(files: JournalFiles, points: Passage): JournalFiles {
  return {
    ...files,
    open(path, flags, mode) {
      if (flags !== 'wx' || !path.endsWith('.journal')) return files.open(path, flags, mode)
      points.pass('mid_rotation')
      const file = files.open(path, flags, mode)
      points.pass('mid_rotation')
      return file
    },
    rename(from, to) {
      points.pass('mid_snapshot')
      files.rename(from, to)
      points.pass('mid_snapshot')
    },
  }
}
