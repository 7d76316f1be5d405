/**
 * What a reader of frames that come most answers to one that is not written exactly as its venue usually does: the reader
 * of all frames must say what it is. Beyond the numbers of `Refusal`.
 */
export const NOT_USUAL = -100
