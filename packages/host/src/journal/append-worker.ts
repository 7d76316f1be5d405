// Appends records to a journal for ever and says the sequence of each on stdout: whoever kills it knows what must be there.
import { writeSync } from 'node:fs'
import { openFileJournal } from './open-file-journal.ts'

const opened = openFileJournal({
  directory: process.argv[2]!,
  segmentBytes: 4096,
  reserveBytes: 0,
  onFailure: words => {
    throw new Error(words)
  },
})
if (!opened.ok) throw new Error(opened.words)
for (;;) {
  const written = opened.value.journal.append(1, `record ${opened.value.journal.writtenThrough + 1}`)
  if (written.ok) writeSync(1, `${written.value}\n`)
}
