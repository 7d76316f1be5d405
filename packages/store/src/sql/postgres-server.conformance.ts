import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

/** Where PostgreSQL's programs lie on this machine; undefined if they do not. */
export function postgresBinaries(): string | undefined {
  const found = [
    ...(process.env['POSTGRES_BIN'] === undefined ? [] : [process.env['POSTGRES_BIN']]),
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
    ...globSync('/opt/homebrew/opt/postgresql*/bin'),
    '/usr/local/pgsql/bin',
  ]
  return found.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Why tests with a real PostgreSQL are left out; false if they are not. */
export const skipPostgres: string | false =
  postgresBinaries() === undefined ? 'PostgreSQL is not installed (apt install postgresql, or set POSTGRES_BIN)' : false

/** A PostgreSQL server of our own, in a folder of its own, on a port of its own. */
export class PostgresServer {
  readonly port: number
  readonly #folder: string
  readonly #bin: string
  readonly #identity: { uid?: number; gid?: number }
  #process: ChildProcess | undefined
  #databases = 0

  private constructor(port: number, folder: string, bin: string, identity: { uid?: number; gid?: number }) {
    this.port = port
    this.#folder = folder
    this.#bin = bin
    this.#identity = identity
  }

  /** Makes a cluster and starts it. */
  static async start(): Promise<PostgresServer> {
    const bin = postgresBinaries()!
    const identity = identityOf()
    // Another user must be able to reach the folder, and a folder for temporary files may belong to root alone.
    const folder = mkdtempSync(join(identity.uid === undefined ? tmpdir() : '/tmp', 'velocimex-postgres-'))
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid!)
    const args = ['-D', join(folder, 'data'), '-A', 'trust', '-U', 'velocimex', '-E', 'UTF8', '--locale=C', '--no-sync']
    execFileSync(join(bin, 'initdb'), args, { ...identity, cwd: folder, stdio: 'pipe' })
    const server = new PostgresServer(await freePort(), folder, bin, identity)
    await server.resume()
    return server
  }

  /** Starts the server again on what it left behind; fulfilled when it answers. */
  async resume(): Promise<void> {
    const args = ['-D', join(this.#folder, 'data'), '-p', String(this.port), '-k', this.#folder, '-c', 'fsync=off']
    const server = spawn(join(this.#bin, 'postgres'), [...args, '-c', 'listen_addresses=127.0.0.1'], {
      ...this.#identity,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = server
    const atExit = (): void => void server.kill('SIGQUIT')
    process.once('exit', atExit)
    server.once('exit', () => process.off('exit', atExit))
    const heard: string[] = []
    for await (const line of createInterface({ input: server.stderr! })) {
      heard.push(line)
      if (line.includes('ready to accept connections')) {
        server.stderr!.resume()
        return
      }
    }
    throw new Error(`PostgreSQL did not start: ${heard.slice(-5).join('\n')}`)
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGQUIT')
  }

  /** Ends it and forgets everything. */
  async stop(): Promise<void> {
    await this.#end('SIGINT')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A new, empty database; the address to reach it. */
  async newDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`
    const client = new pg.Client({ connectionString: this.#url('postgres') })
    await client.connect()
    await client.query(`CREATE DATABASE ${name}`)
    await client.end()
    return this.#url(name)
  }

  #url(database: string): string {
    return `postgres://velocimex@127.0.0.1:${this.port}/${database}`
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise(resolve => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
function identityOf(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(user![2]), gid: Number(user![3]) }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise(resolve => probe.close(resolve))
  return port
}
