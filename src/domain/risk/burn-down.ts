import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { RISK_LEVELS, type RiskLevel } from './rate-risk.ts'
import { isOpenRisk, riskNow, type Risk } from './risk.ts'

export const BURN_DOWN_POINTS_MAX = 104

export interface BurnDownPoint {
  readonly at: EpochMs
  readonly open: number
  readonly accepted: number
  readonly overdue: number
  readonly byLevel: Readonly<Record<RiskLevel, number>>
  /** Since the point before. */
  readonly opened: number
  readonly ended: number
}

/** How many risks were open at each point of time, from what each risk's history says. */
export function burnDown(
  risks: readonly Risk[],
  { until, points, stepDays }: { readonly until: EpochMs; readonly points: number; readonly stepDays: number },
): readonly BurnDownPoint[] {
  const count = Math.min(points, BURN_DOWN_POINTS_MAX)
  return Array.from({ length: count }, (_, index) => {
    const at = epochMs(until - (count - 1 - index) * stepDays * DAY_MS)
    const before = epochMs(at - stepDays * DAY_MS)
    const now = risks.map((risk) => standingAt(risk, at))
    const then = risks.map((risk) => standingAt(risk, before))
    const open = now.filter((standing) => standing?.isOpen === true)
    return {
      at,
      open: open.length,
      accepted: now.filter((standing) => standing?.isAccepted === true).length,
      overdue: risks.filter((risk, place) => now[place]?.isOpen === true && risk.dueAt <= at).length,
      byLevel: Object.fromEntries(
        RISK_LEVELS.map((level) => [level, open.filter((standing) => standing?.level === level).length]),
      ) as Readonly<Record<RiskLevel, number>>,
      opened: now.filter((standing, place) => standing?.isOpen === true && then[place]?.isOpen !== true).length,
      ended: now.filter((standing, place) => standing?.isOpen === false && then[place]?.isOpen === true).length,
    }
  })
}

interface Standing {
  readonly isOpen: boolean
  readonly isAccepted: boolean
  readonly level: RiskLevel
}

/** Undefined before it was opened. */
function standingAt(risk: Risk, at: EpochMs): Standing | undefined {
  // An acceptance that ends by time leaves no entry behind: it is read as one.
  const last = riskNow(risk, at).history.findLast((note) => note.at <= at)
  if (last === undefined) return undefined
  return { isOpen: isOpenRisk({ treatment: last.state }), isAccepted: last.state === 'accepted', level: last.level }
}
