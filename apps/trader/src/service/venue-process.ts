import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const MAIN = fileURLToPath(new URL('../../../simulator/src/main.ts', import.meta.url))

/** What a simulated venue tells when it starts. */
export const addressSchema = z.object({
  venue: z.string(),
  rest: z.string(),
  sockets: z.string(),
  control: z.string(),
  keys: z.array(z.object({ apiKey: z.string(), secret: z.string(), passphrase: z.string().default('') })).min(1),
})
/** Where a simulated venue is, and the keys that trade there. */
export type VenueAddress = z.infer<typeof addressSchema>

/** A simulated venue in a process of its own, which ends with us. */
export class VenueProcess {
  readonly address: VenueAddress
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, address: VenueAddress) {
    this.#child = child
    this.address = address
  }

  /** Starts a venue and waits until it tells its addresses. */
  static start(venue: string, seed: number): Promise<VenueProcess> {
    const child = spawn(process.execPath, [MAIN, venue, String(seed)], { stdio: ['pipe', 'pipe', 'inherit'] })
    return new Promise((done, fail) => {
      let said = ''
      child.once('error', fail)
      child.once('exit', code => fail(new Error(`the simulated venue ${venue} ended with ${code}`)))
      child.stdout.on('data', chunk => {
        said += String(chunk)
        const end = said.indexOf('\n')
        if (end >= 0) done(new VenueProcess(child, addressSchema.parse(JSON.parse(said.slice(0, end)))))
      })
    })
  }

  stop(): void {
    this.#child.stdin?.end()
  }
}
