const NAME = /^(\d{15})-(\d{8})\.journal$/

/** File name of a segment: sorted by name they are sorted by sequence, then by the start that made them. */
export const segmentName = (firstSequence: number, epoch: number): string =>
  `${String(firstSequence).padStart(15, '0')}-${String(epoch).padStart(8, '0')}.journal`

/** First sequence of a segment's file name; undefined for other files. */
export function sequenceOfSegment(name: string): number | undefined {
  const match = NAME.exec(name)
  return match === null ? undefined : Number(match[1])
}
