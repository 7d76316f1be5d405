// A process that a test kills: books transfers in the ledger of a folder and says after each batch how many are safe.
import { micros } from '@velocimex/core/clock/micros'
import { TransferFlag } from '@velocimex/core/ledger/transfer'
import { EmbeddedLedger } from './embedded-ledger.ts'

const directory = process.argv[2]!
const clock = { now: () => micros(Date.now() * 1000) }
try {
  const { ledger } = await EmbeddedLedger.open({ directory, clock })
  await ledger.createAccounts([1n, 2n].map(id => ({ id, ledger: 1, code: 1 })))
  for (let first = ledger.ledger.transferCount + 1; ; first += 3) {
    const results = await ledger.createTransfers(
      [0, 1, 2].map(leg => ({
        id: BigInt(first + leg),
        debit: 1n,
        credit: 2n,
        amount: 5n,
        ledger: 1,
        code: 1,
        cause: `fill ${first}`,
        flags: leg < 2 ? TransferFlag.linked : 0,
      })),
    )
    if (results.every(({ status }) => status === 'created')) process.stdout.write(`${first + 2}\n`)
  }
} catch (error) {
  process.stdout.write(`${String(error)}\n`)
  process.exitCode = 1
}
