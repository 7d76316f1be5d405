import { deepEqual, equal, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { micros, SECOND } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { AccountBooks } from '@velocimex/core/ledger/account-books'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { toMinor } from '@velocimex/core/market/money'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { lots, ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import { EmbeddedLedger } from './embedded-ledger.ts'

const [btc, eth, usdt] = ['BTC', 'ETH', 'USDT'].map(code => ({ code, decimals: 8 })) as [
  Instrument['base'],
  Instrument['base'],
  Instrument['base'],
]
const spot = (index: number, base: Instrument['base']): Instrument => ({
  index,
  venue: 'v',
  symbol: `${base.code}USDT`,
  unified: `${base.code}/USDT`,
  kind: 'spot',
  base,
  quote: usdt,
  settle: usdt,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
})
const fill = (trade: number, instrument: number, side: Side, quantity: number): Fill => ({
  tradeId: `t${trade}`,
  clientOrderId: 'o',
  venueOrderId: 'v',
  instrument,
  side,
  price: ticks(10_000),
  quantity: lots(quantity),
  fee: toMinor(3n),
  feeAsset: 'USDT',
  liquidity: 'taker',
  at: micros(trade),
})

test('books on a durable ledger: stopped by a refusal, started again with other instruments, they go on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-books-'))
  const clock = new SimClock()
  clock.advanceTo(micros(1_700_000_000 * SECOND))
  const heard: string[] = []
  const sink = { onPosting: (transfers: readonly { readonly cause: string }[]) => heard.push(transfers[0]!.cause) }
  try {
    const first = (await EmbeddedLedger.open({ directory, clock, sink })).ledger
    const options = { owner: 1, allowShort: false }
    const before = new AccountBooks(new InstrumentTable([spot(0, btc)]), { ...options, ledger: first.ledger })
    before.deposit('USDT', 1_000_00000000n, micros(1))
    before.fill(fill(2, 0, BUY, 500))
    throws(() => before.fill(fill(3, 0, SELL, 501)), /exceeds_debits/)
    await first.durable()
    await first.close()
    deepEqual(heard, ['deposit', 'fill t2 of o'])
    const second = (await EmbeddedLedger.open({ directory, clock })).ledger
    const table = new InstrumentTable([spot(0, eth), spot(1, btc)])
    const after = new AccountBooks(table, { ...options, ledger: second.ledger })
    after.restoreFill({ ...fill(2, 0, BUY, 500), instrument: 1 })
    equal(after.cash('BTC'), 500_000n)
    after.fill(fill(4, 0, BUY, 200))
    after.fill(fill(5, 1, SELL, 500))
    deepEqual([after.cash('BTC'), after.cash('ETH')], [0n, 200_000n])
    deepEqual(
      Object.values(after.trialBalance()),
      Object.values(after.trialBalance()).map(() => 0n),
    )
    await second.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
