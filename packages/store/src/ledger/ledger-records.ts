import type { Micros } from '@velocimex/core/clock/micros'
import { type Account, accountOf } from '@velocimex/core/ledger/account'
import type { Transfer } from '@velocimex/core/ledger/transfer'

/*
 * What took effect in a ledger, as bytes. Little endian; numbers of 128 bits with their low half first.
 *
 *     account    1, flags u16, code u16, ledger u32, user data u32, id u128, user data u128, user data u64, timestamp u64
 *     transfer   2, flags u16, code u16, ledger u32, tag u32, timeout u32, id, debit, credit, amount, pending id u128,
 *                at f64, timestamp u64, bytes of the cause u16, cause UTF-8
 *     expired    3, pending id u128, timestamp u64
 *     failed     4, id u128
 */
const KIND = { account: 1, transfer: 2, expired: 3, failed: 4 } as const
const ACCOUNT_BYTES = 61
const TRANSFER_BYTES = 115
const LOW = (1n << 64n) - 1n

/** Gathers records into one growing buffer. */
export class LedgerRecordWriter {
  #bytes: Buffer<ArrayBuffer>
  #view: DataView
  #start: number
  #at: number

  /** @param reserved bytes that are left free in front */
  constructor(reserved: number) {
    this.#bytes = Buffer.allocUnsafeSlow(1 << 16)
    this.#view = new DataView(this.#bytes.buffer)
    this.#start = reserved
    this.#at = reserved
  }

  /** Bytes of records. */
  get length(): number {
    return this.#at - this.#start
  }

  /** Everything, the reserved bytes first. The writer goes on with a new buffer. */
  take(): Buffer<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#at)
    this.#bytes = Buffer.allocUnsafeSlow(1 << 16)
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = this.#start
    return taken
  }

  account(account: Account): void {
    const at = this.#claim(ACCOUNT_BYTES)
    const view = this.#view
    view.setUint8(at, KIND.account)
    view.setUint16(at + 1, account.flags, true)
    view.setUint16(at + 3, account.code, true)
    view.setUint32(at + 5, account.ledger, true)
    view.setUint32(at + 9, account.userData32, true)
    this.#word(at + 13, account.id)
    this.#word(at + 29, account.userData128)
    view.setBigUint64(at + 45, account.userData64, true)
    view.setBigUint64(at + 53, account.timestamp, true)
  }

  transfer(transfer: Transfer): void {
    const { cause } = transfer
    // A cause is at most 200 units, three bytes each.
    const at = this.#claim(TRANSFER_BYTES + 3 * cause.length)
    const view = this.#view
    view.setUint8(at, KIND.transfer)
    view.setUint16(at + 1, transfer.flags, true)
    view.setUint16(at + 3, transfer.code, true)
    view.setUint32(at + 5, transfer.ledger, true)
    view.setUint32(at + 9, transfer.tag, true)
    view.setUint32(at + 13, transfer.timeout, true)
    this.#word(at + 17, transfer.id)
    this.#word(at + 33, transfer.debit)
    this.#word(at + 49, transfer.credit)
    this.#word(at + 65, transfer.amount)
    this.#word(at + 81, transfer.pendingId)
    view.setFloat64(at + 97, transfer.at, true)
    view.setBigUint64(at + 105, transfer.timestamp, true)
    const bytes = this.#bytes.write(cause, at + TRANSFER_BYTES, 'utf8')
    view.setUint16(at + 113, bytes, true)
    this.#at = at + TRANSFER_BYTES + bytes
  }

  expired(pendingId: bigint, timestamp: bigint): void {
    const at = this.#claim(25)
    this.#view.setUint8(at, KIND.expired)
    this.#word(at + 1, pendingId)
    this.#view.setBigUint64(at + 17, timestamp, true)
  }

  failed(id: bigint): void {
    const at = this.#claim(17)
    this.#view.setUint8(at, KIND.failed)
    this.#word(at + 1, id)
  }

  /** Room for a record; the place where it starts. */
  #claim(bytes: number): number {
    const at = this.#at
    if (at + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, at + bytes))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#at = at + bytes
    return at
  }

  #word(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value & LOW, true)
    this.#view.setBigUint64(at + 8, value >> 64n, true)
  }
}

/** Told what stands in the records. */
export interface LedgerRecordReader {
  account(account: Account): void
  transfer(transfer: Transfer): void
  expired(pendingId: bigint, timestamp: bigint): void
  failed(id: bigint): void
}

/** Reads records to their end. Whole records only: the bytes were checked before. Returns how many there were. */
export function readLedgerRecords(bytes: Buffer, reader: LedgerRecordReader): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let count = 0
  for (let at = 0; at < bytes.length; count++) {
    const kind = view.getUint8(at)
    if (kind === KIND.transfer) {
      const text = at + TRANSFER_BYTES
      const end = text + view.getUint16(at + 113, true)
      reader.transfer(readTransfer(view, at, bytes.toString('utf8', text, end)))
      at = end
    } else if (kind === KIND.account) {
      reader.account(readAccount(view, at))
      at += ACCOUNT_BYTES
    } else if (kind === KIND.expired) {
      reader.expired(word(view, at + 1), view.getBigUint64(at + 17, true))
      at += 25
    } else if (kind === KIND.failed) {
      reader.failed(word(view, at + 1))
      at += 17
    } else throw new Error(`a ledger record of kind ${kind} was written by a newer version; read it with that`)
  }
  return count
}

const readTransfer = (view: DataView, at: number, cause: string): Transfer => ({
  id: word(view, at + 17),
  debit: word(view, at + 33),
  credit: word(view, at + 49),
  amount: word(view, at + 65),
  pendingId: word(view, at + 81),
  cause,
  at: view.getFloat64(at + 97, true) as Micros,
  tag: view.getUint32(at + 9, true),
  timeout: view.getUint32(at + 13, true),
  ledger: view.getUint32(at + 5, true),
  code: view.getUint16(at + 3, true),
  flags: view.getUint16(at + 1, true),
  timestamp: view.getBigUint64(at + 105, true),
})

const readAccount = (view: DataView, at: number): Account =>
  accountOf({
    id: word(view, at + 13),
    ledger: view.getUint32(at + 5, true),
    code: view.getUint16(at + 3, true),
    flags: view.getUint16(at + 1, true),
    userData32: view.getUint32(at + 9, true),
    userData128: word(view, at + 29),
    userData64: view.getBigUint64(at + 45, true),
    timestamp: view.getBigUint64(at + 53, true),
  })

function word(view: DataView, at: number): bigint {
  const high = view.getBigUint64(at + 8, true)
  const low = view.getBigUint64(at, true)
  return high === 0n ? low : (high << 64n) | low
}
