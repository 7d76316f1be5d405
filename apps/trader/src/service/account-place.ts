import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { z } from 'zod'
import { replaceFile } from './durable-file.ts'
import type { AccountConfig } from './trader-config.ts'

const placeSchema = z.object({
  venue: z.string(),
  /** `simulated`, `venue`, or the address of its REST interface. */
  endpoint: z.string(),
  /** Part of its client order ids. */
  instance: z
    .int()
    .min(1)
    .max((1 << 20) - 1),
})
/** Where the orders of an account went: kept beside its journal, which means nothing anywhere else. */
type Place = z.infer<typeof placeSchema>

const FILE = 'place.json'

/**
 * The folder of an account, made where there is none. What was traded on a simulated venue that is no more is void and
 * goes; what was traded anywhere else is never touched.
 * @param isNewVenue whether its simulated venue begins anew, and knows of nothing
 * @returns its number, the same at each start
 * @throws Error when the folder is that of an account somewhere else
 */
export function accountPlace(directory: string, config: AccountConfig, isNewVenue: boolean): number {
  const { name, venue, endpoint } = config
  const folder = join(directory, name)
  const place = { venue, endpoint: typeof endpoint === 'string' ? endpoint : endpoint.rest }
  const known = readPlace(folder)
  if (known !== undefined && (known.venue !== place.venue || known.endpoint !== place.endpoint))
    throw new Error(
      `${folder} is that of an account at ${known.venue} (${known.endpoint}), and ${name} is now at ${venue} ` +
        `(${place.endpoint}): give the account another name, or name another folder with --dir`,
    )
  const instance = known?.instance ?? freeInstance(directory)
  if (isNewVenue && place.endpoint === 'simulated') rmSync(folder, { recursive: true, force: true })
  makeFolder(folder, 0o700)
  replaceFile(join(folder, FILE), JSON.stringify({ ...place, instance }))
  return instance
}

/** @throws Error when the file is damaged, or lacks beside a journal */
function readPlace(folder: string): Place | undefined {
  const path = join(folder, FILE)
  if (!existsSync(path)) {
    if (!existsSync(join(folder, 'journal'))) return undefined
    throw new Error(`${path} is not there, so it cannot be told whose journal lies beside it: move the folder away`)
  }
  try {
    return placeSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new Error(`${path} cannot be read: write venue, endpoint and instance into it again, or move the folder away`)
  }
}

/** A number that no account of the folder has. */
function freeInstance(directory: string): number {
  const taken = readdirSync(directory, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => readPlace(join(directory, name))?.instance ?? 0)
  return Math.max(0, ...taken) + 1
}
