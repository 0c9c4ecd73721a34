import type { BreakerPolicy } from '../../../domain/resilience/circuit-breaker.ts'
import type { OutlierPolicy } from '../../../domain/resilience/outlier-ejection.ts'
import type { RetryPolicy } from '../../../domain/resilience/retry-budget.ts'
import type { NetworkReach } from '../../http/pinned-lookup.ts'
import type { UpstreamProtocol } from './transport.ts'

export interface UpstreamTimeouts {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly interTokenMs: number
  readonly totalMs: number
}

/** One upstream as configured, every default filled in. */
export interface UpstreamOptions {
  readonly id: string
  readonly protocol: UpstreamProtocol
  readonly url: string
  readonly region: string | undefined
  readonly models: ReadonlySet<string> | undefined
  readonly apiVersion: string | undefined
  readonly network: NetworkReach
  /** The provider's key as it is now; it may change between calls. Undefined: it has none. `null`: it cannot be read. */
  readonly key: () => string | null | undefined
  readonly timeouts: UpstreamTimeouts
  readonly retry: RetryPolicy
  readonly breaker: BreakerPolicy
  readonly outlier: OutlierPolicy
  readonly connectionsMax: number
  readonly waitingMax: number
  readonly bodyBytesMax: number
  /** Milliseconds without a head after which the next target is asked as well; undefined: never. */
  readonly hedgeAfterMs: number | undefined
}

export const DEFAULT_TIMEOUTS: UpstreamTimeouts = {
  connectMs: 3_000,
  firstByteMs: 60_000,
  interTokenMs: 30_000,
  totalMs: 600_000,
}
export const DEFAULT_RETRY: RetryPolicy = {
  retriesMax: 2,
  budgetPercent: 20,
  budgetFloor: 10,
  backoffMs: 100,
  backoffMaxMs: 2_000,
}
export const DEFAULT_BREAKER: BreakerPolicy = { failuresMax: 5, openMs: 5_000 }
export const DEFAULT_OUTLIER: OutlierPolicy = { windowMs: 10_000, callsMin: 20, failuresPercent: 50, ejectMs: 15_000 }
export const DEFAULT_CONNECTIONS_MAX = 256
export const DEFAULT_WAITING_MAX = 256
export const DEFAULT_BODY_BYTES_MAX = 32 * 1_048_576
