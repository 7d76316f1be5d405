import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type CaptureLine, readCapture } from './capture-reader.ts'

const directory = mkdtempSync(join(tmpdir(), 'velocimex-capture-'))
after(() => rmSync(directory, { recursive: true }))

async function read(content: Uint8Array | string) {
  const path = join(directory, 'capture')
  writeFileSync(path, content)
  const lines: CaptureLine[] = []
  const damaged: string[] = []
  await readCapture(path, {
    line: line => lines.push(line),
    damaged: (number, words) => damaged.push(`${number} ${words}`),
  })
  return { lines, damaged }
}

const GOOD = '{"ts":"1723161253.937085768","dir":"recv","conn":"ws","raw":"{\\"a\\":1}"}'

for (const [name, pack] of Object.entries({ plain: Buffer.from, gzip: gzipSync, zstd: zstdCompressSync }))
  test(`a ${name} capture is read to the nanosecond`, async () => {
    const open = '{"ts":"1618677371.3644","dir":"open","conn":"ws1","url":"wss://x"}'
    const { lines, damaged } = await read(pack(Buffer.from(`${GOOD}\n${open}\n`)))
    deepEqual(damaged, [])
    deepEqual(lines, [
      { at: 1723161253937085, nanos: 768, dir: 'recv', conn: 'ws', url: '', raw: '{"a":1}' },
      { at: 1618677371364400, nanos: 0, dir: 'open', conn: 'ws1', url: 'wss://x', raw: '' },
    ])
  })

const bad: [string, RegExp][] = [
  ['{"ts":"1723161253.93', /^1 not JSON/],
  ['[]', /^1 field ts/],
  ['7', /^1 not an object/],
  ['{"ts":1723161253.9,"dir":"recv","raw":""}', /^1 field ts/],
  ['{"ts":"-1","dir":"recv","raw":""}', /^1 field ts/],
  ['{"ts":"1","dir":"sideways","raw":""}', /^1 field dir/],
  ['{"ts":"1","dir":"recv","raw":7}', /^1 field conn, url or raw/],
]
for (const [text, words] of bad)
  test(`a damaged line is named and passed over: ${text}`, async () => {
    const { lines, damaged } = await read(`${text}\n${GOOD}`)
    equal(lines.length, 1)
    equal(damaged.length, 1)
    match(damaged[0]!, words)
  })

for (const [name, pack] of Object.entries({ gzip: gzipSync, zstd: zstdCompressSync }))
  test(`a ${name} capture that was cut short is read as far as it goes, and says so`, async () => {
    const text = Array.from({ length: 20_000 }, (_, at) => GOOD.replace('"a\\":1', `"a\\":${at * 7919}`)).join('\n')
    const packed = pack(Buffer.from(text))
    const { lines, damaged } = await read(packed.subarray(0, packed.length >> 1))
    ok(lines.length > 100 && lines.length < 20_000, `${lines.length} lines`)
    equal(lines.at(-1)!.raw, `{"a":${(lines.length - 1) * 7919}}`)
    deepEqual(damaged, [`${lines.length + 1} the file ends in the middle of its compression`])
  })

test('damaged compression says where it stopped; a missing file says so', async () => {
  const packed = gzipSync(Buffer.from(`${GOOD}\n`.repeat(1000)))
  packed[packed.length - 6]! ^= 0xff
  await rejects(read(packed), /compression is damaged .* after line \d+/)
  await rejects(readCapture(join(directory, 'nowhere'), { line() {}, damaged() {} }), /does not exist/)
})
