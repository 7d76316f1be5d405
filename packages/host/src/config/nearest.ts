/** The known word that was most likely meant: at most a third of its letters away. Undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate
      least = distance
    }
  }
  return best
}

/**
 * Known words that may have been meant, the likeliest first: those that are the same but for case and separators; where
 * there are none, those that begin with it, are near it, contain it.
 */
export function likely(word: string, known: readonly string[], most = 5): readonly string[] {
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const meant = bare(word)
  if (meant === '') return []
  const rank = (candidate: string): number => {
    const other = bare(candidate)
    if (other === meant) return 0
    if (other.startsWith(meant)) return 1
    const distance = editDistance(meant, other)
    if (distance <= Math.max(1, Math.floor(other.length / 4))) return 1 + distance
    return other.includes(meant) ? 50 : Number.POSITIVE_INFINITY
  }
  const ranked = known.map(candidate => [rank(candidate), candidate] as const)
  const isSure = ranked.some(([rankOf]) => rankOf === 0)
  return ranked
    .filter(([rankOf]) => (isSure ? rankOf === 0 : rankOf < Number.POSITIVE_INFINITY))
    .sort(([one], [other]) => one - other)
    .slice(0, most)
    .map(([, candidate]) => candidate)
}

/** Letters put in, left out, exchanged for another, or swapped with their neighbour, each counted once (Damerau 1964). */
function editDistance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const substitution = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swap = isSwap ? before[j - 2]! + 1 : substitution
      next.push(Math.min(substitution, swap, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[other.length]!
}
