import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'

const stopSchema = z.strictObject({ reason: z.string(), flattens: z.boolean() })
/** An order to stop: why, and whether positions are closed as well. */
export type GivenStop = z.infer<typeof stopSchema>

/**
 * The order to stop everything, on disk before the first account stops: a process that dies between two accounts stops
 * all of them when it starts again. What cannot be read is a stop, too.
 */
export class StopOrder {
  readonly #path: string

  constructor(directory: string) {
    this.#path = join(directory, 'stop.json')
  }

  /** The order that was given and not taken back; undefined when there is none. */
  get stopped(): GivenStop | undefined {
    if (!existsSync(this.#path)) return undefined
    try {
      return stopSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      return { reason: `${this.#path} cannot be read`, flattens: false }
    }
  }

  /** Gives the order; positions that an earlier one closes are closed still. A disk that does not take it stops nobody from stopping what runs. @returns whether it is on disk */
  give({ reason, flattens }: GivenStop): boolean {
    try {
      replaceFile(this.#path, JSON.stringify({ reason, flattens: flattens || this.stopped?.flattens === true }))
      return true
    } catch {
      return false
    }
  }

  /** Takes the order back, once every account has been released. */
  takeBack(): void {
    rmSync(this.#path, { force: true })
  }
}
