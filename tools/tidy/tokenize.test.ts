import { deepEqual, doesNotThrow, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tokenize } from './tokenize.ts'

const short = { name: 'n', number: '1', string: 's', template: 't', regex: 'r', punctuation: 'p', comment: 'c' }

/** Source | kinds of its tokens. */
const cases = `
  a / b / c                          | n p n p n
  x = /a/g                           | n p r
  return /[/]/.test(y)               | n r p n p n p
  object.return / 2 / 3              | n p n p 1 p 1
  if (a) /b/.test(c)                 | n p n p r p n p n p
  f(a) / b / c                       | n p n p p n p n
  list[0]! / 2 / 3                   | n p 1 p p p 1 p 1
  !/x/.test(y)                       | p r p n p n p
  'a\\'b' + "//"                     | s p s
  "no // comment" // but this        | s
  /* ' */ a                          | n
  #private / 2                       | n p 1
`
for (const line of cases.trim().split('\n'))
  test(`tokens of ${line.split(' | ')[0]!.trim()}`, () => {
    const [source, kinds] = line.split(' | ').map(part => part.trim()) as [string, string]
    equal(
      tokenize(source)
        .tokens.map(token => short[token.kind])
        .join(' '),
      kinds,
    )
  })

test('a template is text around tokens, at any depth', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is source code with a template in it
  const { tokens, partner } = tokenize('a(`x ${ b + `y ${c}` } }`)')
  deepEqual(
    tokens.filter(token => token.kind === 'name').map(token => token.text),
    ['a', 'b', 'c'],
  )
  equal(tokens[partner[1]!]!.text, ')', 'brackets match around a template')
})

test('lines are counted through comments and templates', () => {
  const { tokens, comments } = tokenize('/*\n*/ a\n`\n\n` b // c\nd')
  deepEqual(
    tokens.map(token => [token.text.trim(), token.line]),
    [
      ['a', 2],
      ['`\n\n`', 3],
      ['b', 5],
      ['d', 6],
    ],
  )
  deepEqual(
    comments.map(token => token.line),
    [1, 5],
  )
})

test('any text is cut without throwing, in order, and nothing but space is lost', () => {
  const soup = fc.array(
    fc.constantFrom('`', '${', '}', '/', "'", '"', '\\', '//', '/*', '*/', '\n', ' ', 'a', '(', ')'),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        soup.map(parts => parts.join('')),
        fc.string(),
      ),
      text => {
        doesNotThrow(() => tokenize(text))
        const { tokens, comments } = tokenize(text)
        const all = [...tokens, ...comments].sort((a, b) => a.start - b.start)
        let end = 0
        let kept = ''
        for (const token of all) {
          equal(text.slice(end, token.start).trim(), '')
          equal(text.slice(token.start, token.end), token.text)
          kept += token.text
          end = token.end
        }
        equal(text.slice(end).trim(), '')
        equal(kept.length <= text.length, true)
      },
    ),
    { numRuns: 2000 },
  )
})
