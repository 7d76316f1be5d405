import type * as tigerbeetle from 'tigerbeetle-node'

/** What is used of TigerBeetle's own client, by its own types. */
export type TigerBeetleClient = Pick<
  tigerbeetle.Client,
  | 'createAccounts'
  | 'createTransfers'
  | 'lookupAccounts'
  | 'lookupTransfers'
  | 'getAccountTransfers'
  | 'getAccountBalances'
  | 'queryAccounts'
  | 'queryTransfers'
  | 'destroy'
>

/**
 * Connects to a cluster. The native client is loaded here and nowhere else, so that a machine without it can do
 * everything but this.
 * @param addresses `127.0.0.1:3000`, one a replica
 * @throws Error that names the package when it cannot be loaded on this machine
 */
export async function connectTigerBeetle(addresses: readonly string[], cluster = 0n): Promise<TigerBeetleClient> {
  let client: typeof tigerbeetle
  try {
    client = await import('tigerbeetle-node')
  } catch (error) {
    throw new Error(`the package tigerbeetle-node cannot be loaded here: ${String(error)}; use the embedded ledger`)
  }
  return client.createClient({ cluster_id: cluster, replica_addresses: [...addresses] })
}
