/**
 * Name of the index that an instrument is priced by, as `platform_state` names it: `btc_usd` for
 * `BTC-PERPETUAL` and `BTC-27JUN25-100000-C`, `eth_usdc` for `ETH_USDC-PERPETUAL` and for the pair `ETH_USDC`.
 *
 * Source: deribit v2, naming; `price_index` of `public/get_instruments`.
 */
export function priceIndexOf(symbol: string): string {
  const [asset] = symbol.toLowerCase().split('-') as [string]
  return asset.includes('_') ? asset : `${asset}_usd`
}
