import { z } from 'zod'

/** Name of the manifest in a tape's folder. */
export const MANIFEST_FILE = 'tape.json'
/** Version of the manifest's form. */
export const MANIFEST_FORMAT = 1

const whole = z.int().nonnegative()

/** Form of a manifest, checked when a tape is opened. */
export const tapeManifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT),
  records: whole,
  kinds: z.record(z.string(), whole),
  firstReceive: z.number(),
  lastReceive: z.number(),
  instruments: whole,
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
  segments: z.array(z.object({ file: z.string().regex(/^\d{6,}\.tape$/), records: whole, bytes: whole })),
  provenance: z.record(z.string(), z.unknown()),
})

/**
 * What a tape says of itself: counts by kind, receive times of the first and last record (microseconds), and the content
 * hash, SHA-256 over the instrument table and all record bytes, which does not depend on how they are cut into segments.
 */
export type TapeManifest = z.infer<typeof tapeManifestSchema>
