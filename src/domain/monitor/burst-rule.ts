import { MINUTE_MS, type EpochMs } from '../../base/instant.ts'

/** "At least `threshold` matching requests of one principal within `windowMs`." */
export interface BurstRule {
  readonly id: string
  readonly title: string
  readonly severity: 'SEV1' | 'SEV2' | 'SEV3'
  readonly windowMs: number
  readonly threshold: number
  /** A further burst of the same principal within this time belongs to the alert that is open. */
  readonly quietMs: number
}

export const INJECTION_BURST: BurstRule = {
  id: 'MON-INJ-001',
  title: 'burst of blocked injections from one principal',
  severity: 'SEV2',
  windowMs: MINUTE_MS,
  threshold: 5,
  quietMs: 30 * MINUTE_MS,
}

/** What a monitor sees of one request. */
export interface ObservedRequest {
  readonly id: string
  readonly at: EpochMs
  readonly principal: string
  readonly outcome: string
  readonly rule: string | null
  readonly hasInjection: boolean
}

/** Requests that the rule counts: denied, and for what they tried, not for a missing key or a broken provider. */
export function matchesInjection({ outcome, rule, hasInjection }: ObservedRequest): boolean {
  return (
    outcome === 'denied' &&
    (hasInjection ||
      rule?.startsWith('injection/') === true ||
      rule?.startsWith('leak/') === true ||
      rule?.startsWith('tool/') === true)
  )
}

export interface Burst {
  readonly principal: string
  readonly onsetAt: EpochMs
  readonly requests: readonly string[]
}

/** Principals whose matching requests reach the threshold inside one window, with the onset of the run. */
export function findBursts(rule: BurstRule, requests: readonly ObservedRequest[]): readonly Burst[] {
  const byPrincipal = Map.groupBy(requests.filter(matchesInjection), ({ principal }) => principal)
  const bursts: Burst[] = []
  for (const [principal, own] of byPrincipal) {
    const sorted = own.toSorted((left, right) => left.at - right.at)
    const isBurst = sorted.some((request, index) => {
      const last = sorted[index + rule.threshold - 1]
      return last !== undefined && last.at - request.at <= rule.windowMs
    })
    const [first] = sorted
    if (isBurst && first !== undefined)
      bursts.push({ principal, onsetAt: first.at, requests: sorted.map(({ id }) => id) })
  }
  return bursts
}
