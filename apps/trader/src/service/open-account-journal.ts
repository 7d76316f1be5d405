import { join } from 'node:path'
import { openFileJournal } from '@velocimex/host/journal/open-file-journal'
import type { LiveAccountOptions } from './live-account-options.ts'

/** Opens the journal of an account, which is its lock as well; a disk that fails later ends the process. */
export const openAccountJournal = ({
  directory,
  reserveBytes,
  seams,
  onFatal,
}: LiveAccountOptions): ReturnType<typeof openFileJournal> =>
  openFileJournal({
    directory: join(directory, 'journal'),
    onFailure: words => onFatal(`the journal has failed: ${words}`),
    ...(reserveBytes === undefined ? {} : { reserveBytes }),
    ...seams?.disk,
  })
