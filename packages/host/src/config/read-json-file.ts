import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { checkSchema, issuesText } from './schema-issues.ts'

/**
 * Reads a file of JSON that a schema describes.
 * @throws Error that names the file and everything that is wrong with it, in words for a person
 */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new Error(`${path}: ${code === 'ENOENT' ? 'the file does not exist' : message}`)
  }
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path}: ${text.trim() === '' ? 'the file is empty' : `no JSON: ${(cause as Error).message}`}`)
  }
  const checked = checkSchema(schema, plain)
  if (checked.ok) return checked.value
  throw new Error(`${path}: ${issuesText(checked.issues)}`)
}
