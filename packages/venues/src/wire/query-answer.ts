import type { QueryResult } from '../order-venue.ts'
import { Fields } from './fields.ts'

/** An answer that came with success but cannot be understood proves nothing. */
export const unreadable = (words: string): QueryResult<never> => ({
  kind: 'failed',
  advice: 'query',
  code: 'unreadable',
  words,
})

/** The code of a list that goes on behind the page that was told: who asked for less may get all of it. */
export const FULL_PAGE = 'full page'

/** A page that is full is no whole list, and proves nothing. */
export const fullPage = (words: string): QueryResult<never> => ({
  kind: 'failed',
  advice: 'query',
  code: FULL_PAGE,
  words,
})

/** What the body of a successful answer says, when it is one object and nothing in it is amiss. */
export function readOne<T>(body: string, read: (fields: Fields) => T | undefined): QueryResult<T> {
  const fields = Fields.of(body)
  if (fields === undefined) return unreadable('not a JSON object')
  const value = read(fields)
  if (fields.fault !== '') return unreadable(fields.fault)
  return value === undefined ? unreadable('about an instrument that is not in the table') : { kind: 'found', value }
}

/** What the rows of a successful answer say; rows that are read as undefined are left out (other instruments). */
export function readRows<T>(
  rows: readonly Fields[] | undefined,
  read: (row: Fields) => T | undefined,
): QueryResult<readonly T[]> {
  if (rows === undefined) return unreadable('not a list of JSON objects')
  const value = rows.flatMap(row => read(row) ?? [])
  const fault = rows[0]?.fault ?? ''
  return fault === '' ? { kind: 'found', value } : unreadable(fault)
}
