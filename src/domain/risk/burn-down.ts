import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { RISK_LEVELS, type RiskLevel } from './rate-risk.ts'
import { isOpenRisk, type Risk, type RiskNote } from './risk.ts'

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

/** What a risk's history says of it, and what time will do to it. */
export interface BurningRisk extends Pick<Risk, 'treatment' | 'dueAt' | 'severity'> {
  readonly acceptance: { readonly expiresAt: EpochMs } | null
  readonly history: readonly Pick<RiskNote, 'at' | 'state' | 'level'>[]
}

/**
 * How many risks were open at each point of time, from what each risk's history says. Each risk is read once, along its own
 * history: the work grows with risks and points, not with their product times the length of histories.
 */
export function burnDown(
  risks: readonly BurningRisk[],
  { until, points, stepDays }: { readonly until: EpochMs; readonly points: number; readonly stepDays: number },
): readonly BurnDownPoint[] {
  const count = Math.min(points, BURN_DOWN_POINTS_MAX)
  // The point before the first says what opened and ended since.
  const instants = Array.from({ length: count + 1 }, (_, index) => epochMs(until - (count - index) * stepDays * DAY_MS))
  const drawn = instants.map(emptyPoint)
  for (const risk of risks) addRisk(drawn, risk)
  return drawn.slice(1)
}

type DrawnPoint = { -readonly [Member in keyof BurnDownPoint]: BurnDownPoint[Member] } & {
  readonly byLevel: Record<RiskLevel, number>
}

function emptyPoint(at: EpochMs): DrawnPoint {
  const byLevel = Object.fromEntries(RISK_LEVELS.map((level) => [level, 0])) as Record<RiskLevel, number>
  return { at, open: 0, accepted: 0, overdue: 0, byLevel, opened: 0, ended: 0 }
}

function addRisk(points: readonly DrawnPoint[], risk: BurningRisk): void {
  const notes = standingsOf(risk)
  let place = 0
  let standing: Standing | undefined
  let wasOpen = false
  for (const [index, point] of points.entries()) {
    for (let next = notes[place]; next !== undefined && next.at <= point.at; next = notes[place]) {
      standing = next
      place += 1
    }
    const isOpen = standing?.isOpen === true
    if (standing?.isAccepted === true) point.accepted += 1
    if (isOpen && standing !== undefined) {
      point.open += 1
      point.byLevel[standing.level] += 1
      if (risk.dueAt <= point.at) point.overdue += 1
    }
    if (index > 0 && isOpen && !wasOpen) point.opened += 1
    if (index > 0 && standing !== undefined && !isOpen && wasOpen) point.ended += 1
    wasOpen = isOpen
  }
}

interface Standing {
  readonly at: EpochMs
  readonly isOpen: boolean
  readonly isAccepted: boolean
  readonly level: RiskLevel
}

/** How it stood from each entry of its history on. An acceptance that ends by time leaves no entry behind: it is read as one. */
function standingsOf({ history, treatment, acceptance, severity }: BurningRisk): readonly Standing[] {
  const standings = history.map(({ at, state, level }) => ({
    at,
    isOpen: isOpenRisk({ treatment: state }),
    isAccepted: state === 'accepted',
    level,
  }))
  if (treatment !== 'accepted' || acceptance === null) return standings
  return [...standings, { at: acceptance.expiresAt, isOpen: true, isAccepted: false, level: severity }]
}
