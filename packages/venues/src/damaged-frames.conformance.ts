import fc from 'fast-check'

/** Bytes that a damaged byte is replaced by: JSON's own, digits and their neighbours, blanks, control, no UTF-8. */
export const DAMAGE = Buffer.from('\0\t\n "+,-./019:;AETZ[\\]_aemtuz{}\x7f\x80\xc3\xff', 'latin1')

/** What is put into frames: small texts that mean something to a decoder. */
const PIECES = [
  ...['"', '\\', ',', ':', '[', ']', '{', '}', ' ', '\n', '\t', '0', '1', '9', '.', '-', 'e5', 'E', '00', '0.', 'null'],
  ...['true', '[]', '{}', '""', '\\u0062', '\\"', '"__proto__":{},', '"b":', ',"u":1', '"e":"trade",', '99999999999'],
  ...['[["1","1"]]', ',["1.5","2"]', '\u0000', '\ufeff', '币', '/*x*/', '"stream":"', '"data":', '"id":1,'],
]

/** P-21: frames changed in one to three places: pieces put in, cut out, doubled, swapped. */
export function mutations(samples: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(2000),
    remove: fc.oneof(fc.constant(0), fc.nat(12)),
    piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })),
    copyFrom: fc.option(fc.nat(2000), { freq: 3 }),
    copied: fc.nat(30),
  })
  return fc.tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([sample, edits]) =>
    edits.reduce((text, { at, remove, piece, copyFrom, copied }) => {
      const place = at % (text.length + 1)
      const from = (copyFrom ?? 0) % (text.length + 1)
      const put = copyFrom === null ? piece : text.slice(from, from + copied)
      return text.slice(0, place) + put + text.slice(place + remove)
    }, sample),
  )
}

/** A frame with its objects' fields in reverse order, blanks between all tokens and a field that nobody knows. */
export function disguised(frame: string): string {
  const numbers: string[] = []
  const tree: unknown = JSON.parse(frame, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' ? `#${numbers.push(context?.source ?? '') - 1}#` : value,
  )
  const turn = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
    const fields = Object.entries({ later: [1, { deep: [null, true, 'a\\"b'] }], ...value }).reverse()
    return Object.fromEntries(fields.map(([key, inner]) => [key, key === 'later' ? inner : turn(inner)]))
  }
  return ` ${JSON.stringify(turn(tree), null, '\t')}\r\n`.replaceAll(/"#(\d+)#"/g, (_, at) => numbers[Number(at)]!)
}

/** A JSON value in the text's own words: a leaf, a list, an object whose keys may repeat. */
type Shape = string | { readonly list: Shape[] } | { readonly fields: [key: string, value: Shape][] }

/** What leaves are replaced by. */
const LEAVES = [
  ...[
    '"1"',
    '"0"',
    '"1.5"',
    '"0.00001"',
    '"0.000001"',
    '"1e5"',
    '"-1"',
    '"-0"',
    '"00.5"',
    '"01"',
    '".5"',
    '"5."',
    '""',
  ],
  ...[
    '"9007199254740991"',
    '"9007199254740992"',
    '"90071992547409.91"',
    '"123456789012345678"',
    '"1.000000000000000000000"',
  ],
  ...['0', '1', '-1', '-0', '1.0', '1e2', '9007199254740991', '9007199254740992', '99999999999999', '1723161255343123'],
  ...[
    'true',
    'false',
    'null',
    '[]',
    '{}',
    '[["1","1"]]',
    '[["1","1","1"]]',
    '[["1"]]',
    '[[1,1]]',
    '[["0","1"]]',
    '" 1"',
  ],
  ...[
    '"BTCUSDT"',
    '"ETHUSDT"',
    '"\\u0042TCUSDT"',
    '"btcusdt"',
    '"MARKET"',
    '"NA"',
    '"1m"',
    '"7m"',
    '"trade"',
    '"depthUpdate"',
  ],
  ...[
    '"24hrTicker"',
    '"btcusdt@depth"',
    '"btcusdt@depth5"',
    '"!ticker@arr"',
    '"ethusdt@trade"',
    '"xusdt@trade"',
    '"\\ud800"',
  ],
  `${'['.repeat(15)}${']'.repeat(15)}`,
  `${'['.repeat(14)}1${']'.repeat(14)}`,
]
const KEYS = [
  ...'esEUuTpqtmMXabABflkrPicohvVnx',
  'pu',
  'nq',
  'st',
  'stream',
  'data',
  'lastUpdateId',
  'bids',
  'result',
  'id',
  '\\u0065',
]

/** P-21: frames that stay JSON, with fields dropped, doubled, renamed and moved, and leaves replaced. */
export function reshaped(samples: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    where: fc.nat(),
    what: fc.constantFrom('drop', 'double', 'rename', 'move', 'leaf', 'leaf'),
    key: fc.constantFrom(...KEYS),
    leaf: fc.constantFrom(...LEAVES),
    to: fc.nat(),
  })
  const blanks = fc.constantFrom('', '', ' ', '\n\t')
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 2 }), blanks)
    .map(([sample, changes, blank]) => {
      const root = shapeOf(sample)
      for (const { where, what, key, leaf, to } of changes) {
        const places = placesIn(root)
        if (places.length === 0) continue
        const { within, at } = places[where % places.length]!
        if (what === 'drop') within.splice(at, 1)
        else if (what === 'double') within.splice(to % (within.length + 1), 0, within[at]!)
        else if (what === 'move') within.splice(to % within.length, 0, ...within.splice(at, 1))
        else {
          const old = within[at]!
          if (!Array.isArray(old)) within[at] = leaf
          else within[at] = what === 'rename' ? [key, old[1]] : [old[0], leaf]
        }
      }
      return textOf(root, blank)
    })
}

function shapeOf(sample: string): Shape {
  const turn = (value: unknown): Shape => {
    if (Array.isArray(value)) return { list: value.map(turn) }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    return { fields: Object.entries(value).map(([key, inner]) => [key, turn(inner)]) }
  }
  return turn(JSON.parse(sample))
}

interface Place {
  readonly within: (Shape | [string, Shape])[]
  readonly at: number
}

/** Every element of every list and object. */
function placesIn(shape: Shape): Place[] {
  if (typeof shape === 'string') return []
  const within: (Shape | [string, Shape])[] = 'list' in shape ? shape.list : shape.fields
  return within.flatMap((element, at) => [{ within, at }, ...placesIn(Array.isArray(element) ? element[1] : element)])
}

function textOf(shape: Shape, blank: string): string {
  if (typeof shape === 'string') return shape
  const join = (parts: readonly string[]): string => `${blank}${parts.join(`${blank},${blank}`)}${blank}`
  if ('list' in shape) return `[${join(shape.list.map(each => textOf(each, blank)))}]`
  return `{${join(shape.fields.map(([key, value]) => `"${key}"${blank}:${blank}${textOf(value, blank)}`))}}`
}
