import type { QuoteVerdict } from './quote-rules.ts'

/** Why a resting order stands where it does: what the rules say, or what keeps it from being moved. */
export type Standing = QuoteVerdict | 'paused' | 'no_budget' | 'under_way'

/** The same in a sentence, for whoever asks. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  at_price: 'it stands at the right price',
  within_ticks: 'it stands near enough to the right price',
  in_front: 'its place in the front of the queue is worth more than a better price or size',
  young: 'it has not stood long enough to be moved',
  followed: 'it is about to follow the right price',
  adverse: 'it is about to be taken back from a price that is too good',
  size_off: 'it is about to give up its place for another size',
  reduced: 'it is about to become smaller where it stands',
  paused: 'an amendment was refused: it waits before it asks again',
  no_budget: 'the commands of this second are used up',
  under_way: 'a command for it is under way',
}
