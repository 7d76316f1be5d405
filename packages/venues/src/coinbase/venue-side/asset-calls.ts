import type { Exchange } from '@velocimex/core/exchange/exchange'
import { formatScaled } from '@velocimex/core/market/grid'
import type { VenueReply } from '../../venue-dialect.ts'
import { answered } from './venue-replies.ts'

const MONEY: Readonly<Record<string, string>> = { USD: 'US Dollar', EUR: 'Euro', GBP: 'British Pound' }

const CREATED = '2021-05-31T09:59:59Z'

/** The older interface of the venue, `/v2`, by which clients learn of assets; undefined for other calls. */
export function assetCall(exchange: Exchange, call: string): VenueReply | undefined {
  const all = exchange.instruments.all.flatMap(({ base, quote }) => [base, quote])
  const assets = [...new Map(all.map(asset => [asset.code, asset])).values()]
  switch (call) {
    case 'GET /v2/currencies': {
      const fiat = assets.filter(({ code }) => code in MONEY)
      return answered({ data: fiat.map(({ code }) => ({ id: code, name: MONEY[code], min_size: '0.01' })) })
    }
    case 'GET /v2/currencies/crypto': {
      const coins = assets.filter(({ code }) => !(code in MONEY))
      const told = coins.map(({ code }, at) => ({
        ...{
          asset_id: `asset-${code}`,
          code,
          name: code,
          color: '#000000',
          sort_index: at,
          exponent: 8,
          type: 'crypto',
        },
      }))
      return answered({ data: told })
    }
    case 'GET /v2/exchange-rates':
      return answered({ data: { currency: 'USD', rates: Object.fromEntries(assets.map(({ code }) => [code, '1'])) } })
    default:
      return undefined
  }
}

/** `GET /v2/accounts`: what an account owns, one wallet an asset. */
export function walletsOf(exchange: Exchange, account: number): VenueReply {
  const all = exchange.instruments.all.flatMap(({ base, quote }) => [base, quote])
  const data = [...exchange.account(account).balances].map(([code, { total }]) => {
    const amount = formatScaled(total, all.find(asset => asset.code === code)?.decimals ?? 8)
    const type = code in MONEY ? 'fiat' : 'wallet'
    return {
      ...{
        id: `account-${account}-${code}`,
        name: `${code} Wallet`,
        primary: false,
        type,
        balance: { amount, currency: code },
      },
      ...{ currency: { code, name: MONEY[code] ?? code, exponent: 8, type: code in MONEY ? 'fiat' : 'crypto' } },
      ...{
        created_at: CREATED,
        updated_at: CREATED,
        resource: 'account',
        allow_deposits: true,
        allow_withdrawals: false,
      },
    }
  })
  return answered({ pagination: { next_uri: null, next_starting_after: null }, data })
}
