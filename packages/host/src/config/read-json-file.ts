import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { checkSchema, issuesText } from './schema-issues.ts'

/** Why a file of JSON was not taken. */
export class JsonFileFault extends Error {
  readonly reason: 'not_found' | 'invalid'
  constructor(reason: JsonFileFault['reason'], words: string) {
    super(words)
    this.reason = reason
  }
}

/**
 * Reads a file of JSON that a schema describes.
 * @throws JsonFileFault that names the file and everything that is wrong with it, in words for a person
 */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new JsonFileFault('not_found', `${path}: ${code === 'ENOENT' ? 'the file does not exist' : message}`)
  }
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (cause) {
    const why = text.trim() === '' ? 'the file is empty' : `no JSON: ${(cause as Error).message}`
    throw new JsonFileFault('invalid', `${path}: ${why}`)
  }
  const checked = checkSchema(schema, plain)
  if (checked.ok) return checked.value
  throw new JsonFileFault('invalid', `${path}: ${issuesText(checked.issues)}`)
}
