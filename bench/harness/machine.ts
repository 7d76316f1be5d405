import { spawnSync } from 'node:child_process'
import os from 'node:os'

/** What a figure depends on besides the code. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly node: string
  readonly v8: string
  readonly os: string
  /** Of one, five and fifteen minutes, before the first benchmark. Near or above the cores: figures are not to be trusted. */
  readonly loadAverage: readonly number[]
  /** ISO instant. */
  readonly date: string
  /** `unknown` outside of a checkout; ends in `-changed` when files differ from it. */
  readonly commit: string
}

/** Looks at this machine now. @param root of the checkout */
export function machine(root: string): Machine {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  const changed = git('status', '--porcelain') === '' ? '' : '-changed'
  const commit = git('rev-parse', 'HEAD')
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memory: os.totalmem(),
    node: process.versions.node,
    v8: process.versions.v8,
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    loadAverage: os.loadavg(),
    date: new Date().toISOString(),
    commit: commit === '' ? 'unknown' : `${commit}${changed}`,
  }
}
