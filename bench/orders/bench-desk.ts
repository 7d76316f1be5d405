import type { Micros } from '@velocimex/core/clock/micros'
import { DESK_TIMING } from '@velocimex/core/execution/desk-timing'
import type { LiveGateway, VenueAnswer } from '@velocimex/core/execution/live-gateway'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import { recover } from '@velocimex/core/execution/recovery'
import type { openFileJournal } from '@velocimex/host/journal/open-file-journal'

const NOTHING = (): void => undefined

/** A desk on a journal that is a file, ready to take orders. @param place hears every placement, which the venue never answers */
export function makeDesk(
  { journal, history }: Extract<ReturnType<typeof openFileJournal>, { ok: true }>['value'],
  place: LiveGateway['place'] = NOTHING,
): LiveOrderDesk {
  const answers: VenueAnswer[] = []
  const at = 1_000_000_000 as Micros
  const gateway: LiveGateway = {
    place,
    placeBatch: NOTHING,
    cancel: NOTHING,
    replace: NOTHING,
    cancelReplace: NOTHING,
    ask: ({ about, number }) => {
      if (about === 'fills') answers.push({ about, number, at, fills: [] })
      else if (about === 'open_orders') answers.push({ about, number, at, orders: [] })
    },
  }
  const recovered = recover(history, {
    gateway,
    journal,
    clock: { now: () => at },
    timing: DESK_TIMING,
    durability: 'group',
    instance: 1,
    instruments: 20,
    onAlert: NOTHING,
    onJournalAlert: NOTHING,
    listener: { onFill: NOTHING, onOrderUpdate: NOTHING, onAlert: NOTHING },
  })
  if (!recovered.ok) throw new Error(recovered.reason)
  recovered.value.tick()
  for (const answer of answers) recovered.value.onAnswer(answer)
  return recovered.value
}
