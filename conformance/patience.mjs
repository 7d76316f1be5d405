// How long a foreign client may take, and what it does more than once.

/** The value of a promise; an error when it does not come in so many milliseconds. */
export function within(milliseconds, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing in ${milliseconds / 1000} s`)), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Acts so many times, one after another. */
export async function times(count, act) {
  for (let at = 0; at < count; at++) await act()
}

/**
 * Steps of a client, one after another. A step that fails is told and counted, and does not end the others.
 *
 * @param tell called with (step, undefined) or (step, error) as each ends
 * @returns { step(name, act): the value of `act`, undefined when it failed; failures: names of steps }
 */
export function stepsOf(tell) {
  const failures = []
  const step = async (name, act) => {
    try {
      const value = await within(20_000, act())
      tell(name)
      return value
    } catch (error) {
      failures.push(name)
      tell(name, error)
      return undefined
    }
  }
  return { step, failures }
}
