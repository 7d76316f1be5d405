import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../bin/velocimex.mjs', import.meta.url))

function doctor(dir: string): { code: number | null; out: string } {
  const { status, stdout } = spawnSync(process.execPath, [cli, 'doctor', '--dir', dir], { encoding: 'utf8' })
  return { code: status, out: stdout }
}

function withFolder(trial: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    trial(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('doctor writes where the trader would, and leaves nothing behind', () =>
  withFolder(folder => {
    const fresh = doctor(join(folder, 'a', 'b'))
    equal(fresh.code, 0, fresh.out)
    match(fresh.out, /folder: .*b can be made and written/)
    deepEqual(readdirSync(folder), [])
    mkdirSync(join(folder, 'own'))
    match(doctor(join(folder, 'own')).out, /folder: .*own can be written/)
    deepEqual(readdirSync(join(folder, 'own')), [])
  }))

test('doctor says where nothing can be written, and why: a file in the way, a file system that takes nothing', () =>
  withFolder(folder => {
    writeFileSync(join(folder, 'file'), '')
    for (const dir of [join(folder, 'file'), join(folder, 'file', 'x')]) {
      const { code, out } = doctor(dir)
      equal(code, 1, out)
      match(out, /PROBLEM {2}folder: .* cannot be written: it is, or lies under, a file/)
    }
    if (!existsSync('/proc/self')) return
    const { code, out } = doctor('/proc/velocimex')
    equal(code, 1, out)
    match(out, /PROBLEM {2}folder: \/proc\/velocimex cannot be written: the file system there takes no folders/)
  }))
