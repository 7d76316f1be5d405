// A venue of its own process: sends the given messages to every connection as fast as it takes them.
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { rawMessages } from '../recordings.ts'

const PART = 64 * 1024
const [capture, words] = process.argv.slice(2) as [string, string]
const parts: Buffer[] = []
let part: Buffer[] = []
let size = 0
for (const raw of rawMessages(capture, words)) {
  const text = Buffer.from(raw)
  const long = text.length < 65_536 ? [126, text.length >> 8, text.length & 255] : undefined
  const head = text.length < 126 ? [text.length] : long
  if (head === undefined) continue
  part.push(Buffer.concat([Buffer.from([0x81, ...head]), text]))
  size += text.length
  if (size < PART) continue
  parts.push(Buffer.concat(part))
  part = []
  size = 0
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', connection => {
  const socket = (connection as unknown as { readonly _socket: Socket })._socket
  let next = 0
  const send = (): void => {
    while (!socket.destroyed && socket.write(parts[next++ % parts.length]!));
  }
  socket.on('drain', send)
  send()
})
server.on('listening', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
