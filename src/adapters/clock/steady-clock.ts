import type { Clock, EpochMs } from '../../base/instant.ts'

export interface SteadyClock {
  readonly now: Clock
  /** Something was recorded at this instant: it is over. */
  reached(at: EpochMs): void
}

/**
 * A clock that never goes back behind what it has said or what was recorded. SECURITY: waivers, delegations and acceptances end by
 * time; whoever sets the machine's clock back would else bring ended ones back.
 */
export function steadyClock(clock: Clock): SteadyClock {
  let latest = 0 as EpochMs
  const reached = (at: EpochMs): void => {
    if (at > latest) latest = at
  }
  return {
    now() {
      reached(clock())
      return latest
    },
    reached,
  }
}
