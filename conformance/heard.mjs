// What a client's sockets have told, kept until somebody asks for it.

const KEPT_MAX = 20_000

/** The messages of a client of sockets: those that came already, and those that are still to come. */
export class Heard {
  #messages = []
  #waiting = []

  /** @param events which of the emitter's events carry messages */
  constructor(emitter, ...events) {
    for (const event of events) emitter.on(event, message => this.take(message))
  }

  /** Takes a message; the oldest is forgotten when there are too many. */
  take(message) {
    this.#messages.push(message)
    if (this.#messages.length > KEPT_MAX) this.#messages.shift()
    this.#waiting = this.#waiting.filter(({ fits, done }) => !fits(message) || done(message))
  }

  /** The first message that fits, come already or not. */
  first(fits) {
    const known = this.#messages.find(fits)
    return known === undefined ? this.next(fits) : Promise.resolve(known)
  }

  /** The next message that fits. */
  next(fits) {
    return new Promise(resolve => {
      const done = message => {
        resolve(message)
        return false
      }
      this.#waiting.push({ fits, done })
    })
  }
}
