import { existsSync, rmdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { makeFolder } from '@velocimex/host/files/make-folder'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { print, printJson } from './output.ts'

const ROOM_MIN = 256 << 20

interface DoctorFlags {
  readonly dir: string
  readonly json?: boolean
}

/** `velocimex doctor`. @param shared adds the options by which a running trader is found */
export function addDoctorCommand(program: Command, shared: (command: Command) => Command): void {
  shared(program.command('doctor').description('what this machine and this folder need, and what is wrong')).action(
    doctor,
  )
}

async function doctor(flags: DoctorFlags): Promise<void> {
  const checks = [nodeCheck(), folderCheck(flags.dir), roomCheck(flags.dir), await traderCheck(flags.dir)]
  const bad = checks.filter(({ ok }) => !ok)
  if (flags.json) printJson({ checks })
  else print(...checks.map(({ ok, name, words }) => `${ok ? 'ok     ' : 'PROBLEM'}  ${name}: ${words}`))
  if (bad.length > 0) throw new CommandError(EXIT.failed, `${bad.length} of ${checks.length} checks failed`)
}

interface Check {
  readonly ok: boolean
  readonly name: string
  readonly words: string
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0])
  return {
    ok: major >= 26,
    name: 'runtime',
    words: `node ${process.versions.node}${major >= 26 ? '' : '; start by npx velocimex, which uses its own'}`,
  }
}

/** Permissions do not tell everything (a full or read-only disk, /proc): a file is written there, and taken away again. */
function folderCheck(dir: string): Check {
  const missing = missingFolders(dir)
  const probe = join(dir, `.doctor-${process.pid}`)
  try {
    makeFolder(dir, 0o700)
    writeFileSync(probe, 'velocimex', { flush: true, flag: 'wx' })
    const isNew = missing.length > 0
    return { ok: true, name: 'folder', words: `${dir} ${isNew ? 'can be made and written' : 'can be written'}` }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const words = `${dir} cannot be written: ${REMEDIES.get(code ?? '') ?? message}`
    return { ok: false, name: 'folder', words }
  } finally {
    if (existsSync(probe)) rmSync(probe) // Also what a full disk has left.
    // Deepest first; one that another process has begun to use stays.
    for (const folder of missing) {
      try {
        rmdirSync(folder)
      } catch {}
    }
  }
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not: change its owner, or name another folder with --dir'],
  ['EPERM', 'this user may not: change its owner, or name another folder with --dir'],
  ['ENOTDIR', 'it is, or lies under, a file: name another folder with --dir'],
  ['ENOENT', 'the file system there takes no folders: name another with --dir'],
  ['EROFS', 'the file system there is read-only: name another folder with --dir'],
  ['ENOSPC', 'the disk is full: make room, or name another folder with --dir'],
])

/** Folders that are not there yet, the deepest first. */
function missingFolders(dir: string): string[] {
  const missing: string[] = []
  for (let folder = resolve(dir); !existsSync(folder); folder = dirname(folder)) missing.push(folder)
  return missing
}

function roomCheck(dir: string): Check {
  const missing = missingFolders(dir)
  const there = missing.length === 0 ? dir : dirname(missing.at(-1)!)
  const { bavail, bsize } = statfsSync(there)
  const room = bavail * bsize
  return {
    ok: room > ROOM_MIN,
    name: 'disk',
    words: `${Math.round(room / (1 << 20))} MB free; journals want ${ROOM_MIN >> 20} MB`,
  }
}

/** A socket that nobody answers is what a killed trader leaves: the next start removes it. */
function traderCheck(dir: string): Promise<Check> {
  const path = join(dir, 'control.sock')
  if (!existsSync(path) || !statSync(path).isSocket())
    return Promise.resolve({ ok: true, name: 'trader', words: 'none is running here' })
  return new Promise(done => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      done({ ok: true, name: 'trader', words: 'one is running here' })
    })
    socket.once('error', () =>
      done({ ok: true, name: 'trader', words: 'one was killed here; the next start recovers' }),
    )
  })
}
