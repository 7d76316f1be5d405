/** A number as its own digits: written without quotes. */
export class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What can be written as JSON. Absent fields are left out. */
export type Writable =
  | string
  | number
  | boolean
  | null
  | Digits
  | readonly Writable[]
  | { readonly [key: string]: Writable | undefined }

/** Writes JSON in which numbers keep the digits that they are given with, as the venue's checksums want it. */
export function writeJson(value: Writable): string {
  if (value instanceof Digits) return value.text
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(writeJson).join()}]`
  const fields = Object.entries(value).flatMap(([key, field]) =>
    field === undefined ? [] : [`${JSON.stringify(key)}:${writeJson(field)}`],
  )
  return `{${fields.join()}}`
}
