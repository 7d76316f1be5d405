/** One line of a plot: its name and its points from left to right. */
export interface PlotLine {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** A plot of at most two lines. */
export interface LinePlot {
  readonly title: string
  readonly x: string
  readonly y: string
  /** The x axis counts powers of ten; points at or below 0 are left out. */
  readonly isLog: boolean
  readonly lines: readonly PlotLine[]
}

const WIDTH = 480
const HEIGHT = 300
const LEFT = 58
const RIGHT = 16
const TOP = 56
const BOTTOM = 46
const STYLES = ['a', 'b']

// Colours that can be told apart by everybody and on both grounds; the second line is dashed as well.
const STYLE = `<style>
text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-size:14px;font-weight:600}.g{stroke:#d0d7de;stroke-width:1}
.l{fill:none;stroke-width:2}.a{stroke:#0969da}.b{stroke:#bc4c00;stroke-dasharray:6 3}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.g{stroke:#3d444d}.a{stroke:#58a6ff}.b{stroke:#f0883e}}
</style>`

/** Draws a plot as SVG text that reads on a light and on a dark ground. Equal plots give equal text. */
export function drawPlot({ title, x, y, isLog, lines }: LinePlot): string {
  const seen = lines.map(({ name, points }) => ({
    name,
    points: points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value) && (!isLog || at > 0)),
  }))
  const all = seen.flatMap(({ points }) => points)
  const across = scale(
    all.map(([at]) => (isLog ? Math.log10(at) : at)),
    LEFT,
    WIDTH - RIGHT,
    isLog,
  )
  const up = scale([...all.map(([, value]) => value), 0], HEIGHT - BOTTOM, TOP, false)
  const place = (at: number): number => across.place(isLog ? Math.log10(at) : at)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeText(title)}">`,
    STYLE,
    `<text class="t" x="${LEFT}" y="20">${escapeText(title)}</text>`,
    ...seen.map(({ name }, at) => legend(name, at)),
    ...across.ticks.map(tick => {
      const at = round(across.place(tick))
      return `<path class="g" d="M${at} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${at}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tickText(isLog ? 10 ** tick : tick)}</text>`
    }),
    ...up.ticks.map(tick => {
      const at = round(up.place(tick))
      return `<path class="g" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${tickText(tick)}</text>`
    }),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(x)}</text>`,
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeText(y)}</text>`,
    ...seen.map(
      ({ points }, at) =>
        `<path class="l ${STYLES[at]}" d="${points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${round(place(px))} ${round(up.place(py))}`).join('')}"/>`,
    ),
    '</svg>\n',
  ].join('\n')
}

const round = (value: number): number => Math.round(value * 10) / 10
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const tickText = (value: number): string => String(Number(value.toPrecision(6)))

function legend(name: string, at: number): string {
  const x = LEFT + at * 150
  return `<path class="l ${STYLES[at]}" d="M${x} 38H${x + 26}"/><text x="${x + 32}" y="42">${escapeText(name)}</text>`
}

/** Places values on a line of pixels, with four to eight round ticks; whole ones when they are powers. */
function scale(values: readonly number[], from: number, to: number, isWhole: boolean) {
  const least = Math.min(...values)
  const span = Math.max(Math.max(...values) - least, 1e-9)
  const rough = 10 ** Math.floor(Math.log10(span / 4))
  const step = isWhole
    ? Math.max(1, Math.round(span / 6))
    : rough * ([5, 2, 1].find(many => span / (many * rough) >= 4) ?? 1)
  const ticks: number[] = []
  for (let tick = Math.ceil(least / step - 1e-9); tick * step <= least + span * (1 + 1e-9); tick++)
    ticks.push(tick * step)
  return { ticks, place: (value: number): number => from + ((value - least) / span) * (to - from) }
}
