import { bar, type Paint, padLeft, padRight, sparkline, widthOf } from './paint.ts'
import type { InstrumentView, LevelView, ScreenView } from './screen-view.ts'

const BOOK_COLUMNS = 39

/** How many screens the books take side by side, at least 1: what does not fit on one is a key away. */
export const pagesOf = (view: ScreenView, columns: number): number =>
  Math.max(1, Math.ceil(view.instruments.length / booksBeside(columns)))

const booksBeside = (columns: number): number => Math.max(1, Math.floor(columns / BOOK_COLUMNS))

/**
 * Draws one frame as lines of text, never more than `rows` of them nor wider than `columns`. What does not fit is left
 * out from the bottom; the mode and the keys always show.
 * @param page which of the screens of books, counted round: 0 is the first, and so is `pagesOf`
 */
export function drawFrame(view: ScreenView, columns: number, rows: number, paint: Paint, page = 0): string[] {
  const beside = booksBeside(columns)
  const pages = pagesOf(view, columns)
  const at = ((page % pages) + pages) % pages
  const perBook = Math.max(1, Math.min(5, Math.floor((rows - 16) / 2)))
  const lines = [
    header(view, columns, paint),
    ...view.standing.map(words => paint(` ${words} `, 'danger')),
    '',
    ...books(view.instruments.slice(at * beside, (at + 1) * beside), columns, perBook, paint),
    paint(view.across, 'accent'),
    '',
    ...money(view, columns, paint),
    '',
    ...latencies(view, paint),
    ...view.alerts.map(alert => paint(`! ${alert}`, 'warn')),
    '',
    ...recent(view, paint),
  ]
  const body = lines.slice(0, Math.max(1, rows - 1))
  while (body.length < rows - 1) body.push('')
  body.push(footer(view, pages === 1 ? '' : `tab books ${at + 1}/${pages}`, paint))
  return body.map(line => cut(line, columns))
}

function header(view: ScreenView, columns: number, paint: Paint): string {
  const left = `${view.real.length === 0 ? paint(' SIMULATION ', 'mode') : paint(' LIVE ', 'danger')} ${paint('Velocimex', 'bold')}  seed ${view.seed}  ${clock(view.elapsedSeconds)}`
  const right = `${view.events.toLocaleString('en')} events, ${view.eventsPerSecond.toLocaleString('en')}/s`
  const room = columns - widthOf(left)
  // Two numbers that touch read as another number: what has no room of its own is left out.
  return widthOf(right) + 1 > room ? left : left + padLeft(right, room)
}

function books(instruments: readonly InstrumentView[], columns: number, depth: number, paint: Paint): string[] {
  const width = Math.floor((columns - 2) / Math.max(1, instruments.length))
  const blocks = instruments.map(instrument => bookBlock(instrument, width - 2, depth, paint))
  const height = Math.max(0, ...blocks.map(block => block.length))
  return Array.from({ length: height }, (_, row) => blocks.map(block => padRight(block[row] ?? '', width)).join(' '))
}

function bookBlock(view: InstrumentView, width: number, depth: number, paint: Paint): string[] {
  const barWidth = Math.max(4, Math.min(20, width - 30))
  const row = (level: LevelView | undefined, ink: 'bid' | 'ask'): string =>
    level === undefined
      ? ''
      : `${padLeft(level.price, 13)} ${padLeft(level.quantity, 12)} ${paint(bar(level.weight, barWidth), ink)}${level.ours ? paint('●', 'accent') : ' '}`
  const asks = Array.from({ length: depth }, (_, at) => row(view.asks[depth - 1 - at], 'ask'))
  const bids = Array.from({ length: depth }, (_, at) => row(view.bids[at], 'bid'))
  return [
    paint(view.unified.slice(0, width), 'bold'),
    paint(`${view.strategies}, spread ${view.spreadTicks}`.slice(0, width), 'dim'),
    ...asks,
    ...bids,
    `position ${view.position}  orders ${view.openOrders}`.slice(0, width),
    `realised ${view.realised} open ${view.unrealised}`.slice(0, width),
  ]
}

function money(view: ScreenView, columns: number, paint: Paint): string[] {
  const zero = view.trialBalance === '0'
  const balance = zero ? paint('trial balance 0 ✓', 'bid') : paint(`trial balance ${view.trialBalance} ✗`, 'ask')
  const share = `${Math.round(view.makerShare * 100)} % maker`
  return [
    `${paint('equity', 'bold')} ${view.equity}  profit ${view.profit}  ${paint(sparkline(view.equityHistory, Math.max(10, columns - 60)), 'accent')}`,
    `${paint('ledger', 'bold')} ${balance}  ${view.transfers.toLocaleString('en')} transfers   ${paint('orders', 'bold')} ${view.orders}  fills ${view.fills} (${share})`,
  ]
}

function latencies(view: ScreenView, paint: Paint): string[] {
  return view.latencies.map(
    ({ name, count, p50, p99, max }) =>
      `${paint(padRight(name, 24), 'bold')} p50 ${padLeft(micros(p50), 9)}  p99 ${padLeft(micros(p99), 9)}  max ${padLeft(micros(max), 9)}  ${paint(`n ${count.toLocaleString('en')}`, 'dim')}`,
  )
}

function recent(view: ScreenView, paint: Paint): string[] {
  if (view.recent.length === 0)
    return [paint('No fills yet: quotes have just been placed at the back of their queues.', 'dim')]
  return [paint('latest fills', 'bold'), ...view.recent]
}

/** @param books the key to the other books, and which are shown; empty when all of them are */
function footer({ paused, real }: ScreenView, books: string, paint: Paint): string {
  const keys = [
    `${paused === true ? 'PAUSED  ' : ''}q quit`,
    ...(books === '' ? [] : [books]),
    ...(paused === undefined ? [] : [`space ${paused ? 'go on' : 'pause'}`]),
    '● our order',
    real.length === 0 ? 'simulated money only' : `real orders: ${real.join(', ')}`,
  ]
  return paint(keys.join('   '), 'dim')
}

function clock(seconds: number): string {
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${part(seconds / 3600)}:${part((seconds / 60) % 60)}:${part(seconds % 60)}`
}

/** Microseconds as a person reads them. */
function micros(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} s`
  if (value >= 1000) return `${(value / 1000).toFixed(2)} ms`
  return value >= 100 ? `${value.toFixed(0)} µs` : `${value.toFixed(2)} µs`
}

/** Cuts a line to the screen's width; colours are dropped from a line that has to be cut. */
function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line
  const plain = line.replaceAll(new RegExp(`${'\\u001b'}\\[[0-9;]*m`, 'g'), '')
  return [...plain].slice(0, columns).join('')
}
