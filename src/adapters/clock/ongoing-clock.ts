import { epochMs, type Clock, type EpochMs } from '../../base/instant.ts'

/**
 * The clock without its jumps back: when somebody sets it back, time goes on from where it was. For ages and refills,
 * which would otherwise stand still until the clock has caught up; never for instants that are written down.
 */
export function ongoingClock(clock: Clock): Clock {
  let last: number = clock()
  let ahead = 0
  return (): EpochMs => {
    const now = clock()
    if (now < last) ahead += last - now
    last = now
    return epochMs(now + ahead)
  }
}
