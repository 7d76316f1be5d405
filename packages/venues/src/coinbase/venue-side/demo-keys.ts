import type { ClientKey } from '../../venue-dialect.ts'

/** A private key made for simulations: nothing else knows it. */
const PEM = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEINSsg2WIb1cyHStEvEHu5bVYmQHz5U5sNQFVHd6eXLvgoAoGCCqGSM49
AwEHoUQDQgAEjsaR2zZHHX1wmsP013es5JgFbvvrz0mrcg+7MNpSuU3JNqlzKj2s
SulTYc1GZNtBESMSOHMLlNGGhaSiQSRUIg==
-----END EC PRIVATE KEY-----
`

const key = (account: number, canWithdraw: boolean): ClientKey => ({
  ...{ apiKey: `organizations/velocimex-demo/apiKeys/account-${account}`, secret: PEM, account },
  ...{ canTrade: true, canWithdraw },
})

/** Keys of the kind that this venue wants, for a simulation that is told no others; the last one can withdraw. */
export const DEMO_KEYS: readonly ClientKey[] = [key(1, false), key(2, false), key(3, true)]
