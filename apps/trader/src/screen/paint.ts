const ESCAPE = '\u001b['
// The pattern of the sequences that `paint` writes: they take no room on the screen.
const SEQUENCE = new RegExp(`${'\\u001b'}\\[[0-9;]*m`, 'g')

/** Colours by meaning, as SGR codes of the 16-colour palette: they follow the user's own terminal theme. */
export const INK = {
  dim: '2',
  bold: '1',
  bid: '32',
  ask: '31',
  mode: '1;44;97',
  danger: '1;41;97',
  accent: '36',
  warn: '33',
} as const

/** Writes text in colours, or plainly when the terminal or the user wants none. */
export type Paint = (text: string, ink: keyof typeof INK) => string

/** @param colours false when NO_COLOR is set or the output is not a terminal */
export const makePaint =
  (colours: boolean): Paint =>
  (text, ink) =>
    colours ? `${ESCAPE}${INK[ink]}m${text}${ESCAPE}0m` : text

/** Columns that a text takes on the screen, colours not counted. */
export const widthOf = (text: string): number => [...text.replace(SEQUENCE, '')].length

/** Fills with blanks to a width on the left (numbers) or on the right (words). Longer text is returned as it is. */
export const padLeft = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text
/** See `padLeft`. */
export const padRight = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

const BLOCKS = ' ▁▂▃▄▅▆▇█'

/** A curve in one row of text: the newest `width` values between their own least and greatest. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width)
  if (shown.length === 0) return ''
  const least = Math.min(...shown)
  const range = Math.max(...shown) - least
  return shown.map(value => BLOCKS[range === 0 ? 4 : 1 + Math.round((7 * (value - least)) / range)]).join('')
}

/** A horizontal bar: `weight` 0..1 of `width` columns. */
export function bar(weight: number, width: number): string {
  const columns = Math.round(Math.min(1, Math.max(0, weight)) * width)
  return '█'.repeat(columns) + ' '.repeat(width - columns)
}
