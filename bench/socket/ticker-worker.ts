// A venue of its own process: sends the given messages to every connection, so many a second whether they are read or not.
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { rawMessages } from '../recordings.ts'

const [capture, words, rate] = process.argv.slice(2) as [string, string, string]
const messages = rawMessages(capture, words)
const perMs = Number(rate) / 1000
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', socket => {
  const start = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = (performance.now() - start) * perMs; sent < due; sent++)
      socket.send(messages[sent % messages.length]!)
  }, 1)
  socket.on('close', () => clearInterval(timer))
})
server.on('listening', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
