/** Whether the same `length` bytes, four at least, stand at two places of a frame. */
export function areSame(view: DataView, one: number, other: number, length: number): boolean {
  const last = length - 4
  for (let at = 0; at < last; at += 4)
    if (view.getInt32(one + at, true) !== view.getInt32(other + at, true)) return false
  return view.getInt32(one + last, true) === view.getInt32(other + last, true)
}
