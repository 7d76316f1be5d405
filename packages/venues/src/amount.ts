/** An amount as the venue wrote it, exactly: `units / 10^decimals`. */
export interface Amount {
  readonly units: bigint
  readonly decimals: number
}
