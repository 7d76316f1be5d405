import { request } from 'node:http'
import { join } from 'node:path'
import { CommandError, EXIT } from './exit-codes.ts'

/** Asks the trader that runs over a folder, through its local API. @throws CommandError when none runs, or it refuses */
export async function askTrader(
  directory: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<never> {
  const socketPath = join(directory, 'control.sock')
  const [status, text] = await new Promise<[number, string]>((done, fail) => {
    const call = request({ socketPath, method, path, headers: { 'content-type': 'application/json' } }, answer => {
      let said = ''
      answer.on('data', chunk => (said += String(chunk)))
      answer.on('end', () => done([answer.statusCode ?? 0, said]))
    })
    call.once('error', () =>
      fail(
        new CommandError(
          EXIT.notFound,
          `no trader runs over ${directory}: start one with npm start, or name its folder with --dir`,
        ),
      ),
    )
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
  const value = JSON.parse(text) as { error?: string }
  if (status === 200) return value as never
  throw new CommandError(
    status === 404 ? EXIT.notFound : status === 400 ? EXIT.usage : EXIT.failed,
    value.error ?? text,
  )
}
