// One simulated venue in a process of its own: `node main.ts <venue> <seed>` tells its addresses as one line of JSON.
import { SIDES } from '@velocimex/venues/sides'
import { DEMO_KEYS, SimulatedVenue } from './simulated-venue.ts'

const [name = '', seed = '1'] = process.argv.slice(2)
const side = SIDES.get(name)
if (side === undefined) {
  process.stderr.write(`venue ${name} is not known; known are ${[...SIDES.keys()].join(', ')}\n`)
  process.exit(2)
}
const venue = await SimulatedVenue.start({ side, seed: Number(seed), port: 0, controlPort: 0 })
const address = `127.0.0.1:${venue.port}`
const told = { rest: `http://${address}`, sockets: `ws://${address}`, control: `http://127.0.0.1:${venue.controlPort}` }
process.stdout.write(`${JSON.stringify({ venue: name, ...told, keys: side.keys ?? DEMO_KEYS })}\n`)
// Whoever started it holds the other end of its input: when that is gone, so is the need for it.
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the starter ends it in order.
