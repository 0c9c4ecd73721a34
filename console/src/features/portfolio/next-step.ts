import { dateTime, plural } from '../../format.ts'
import type { SystemView, VerdictView } from '../../views.ts'

export interface NextStep {
  /** 0 is the most pressing. */
  readonly rank: number
  readonly text: string
  readonly href: string | null
}

const SOON_MS = 7 * 86_400_000

/** One thing to do about a system: what holds it back most. */
export function nextStep(view: SystemView, now: number): NextStep {
  const name = encodeURIComponent(view.system)
  if (view.isHalted)
    return {
      rank: 0,
      text: 'halted by a kill switch: settle its incident, then lift it',
      href: `/incidents?system=${name}`,
    }
  if (view.openIncidents > 0)
    return {
      rank: 1,
      text: `work on ${plural(view.openIncidents, 'open incident')}`,
      href: `/incidents?system=${name}`,
    }
  if (view.newestVerdict === null) return { rank: 4, text: 'no verdict yet: run `gatehouse gate`', href: null }
  const href = `/releases/${encodeURIComponent(view.newestVerdict.releaseDigest)}?system=${name}`
  return { ...verdictStep(view, view.newestVerdict, now), href }
}

function verdictStep(view: SystemView, verdict: VerdictView, now: number): Omit<NextStep, 'href'> {
  const failed = verdict.results.filter(({ outcome }) => outcome === 'failed')
  const open = verdict.results.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'errored')
  switch (verdict.verdict) {
    case 'blocked':
      return {
        rank: 2,
        text:
          failed[0] === undefined
            ? 'an approver rejected it: read why'
            : `fix ${plural(failed.length, 'blocking finding')}, first ${failed[0].id}`,
      }
    case 'inconclusive':
      return {
        rank: 3,
        text:
          open[0] === undefined
            ? 'no rule applied: check the policy packs'
            : `decide ${plural(open.length, 'open finding')}, first ${open[0].id}`,
      }
    case 'pending-approval':
      return {
        rank: 3,
        text: `ask for approval: ${verdict.approvals.agreed ?? verdict.approvals.given.length} of ${verdict.approvals.needed} given`,
      }
    case 'released':
      return releasedStep(view, verdict, now)
  }
}

function releasedStep(view: SystemView, { validUntil }: VerdictView, now: number): Omit<NextStep, 'href'> {
  if (validUntil <= now) return { rank: 3, text: 'its verdict has ended: run the gate again' }
  if (view.openRisks > 0) return { rank: 5, text: `treat ${plural(view.openRisks, 'open risk')}` }
  if (validUntil - now < SOON_MS) return { rank: 6, text: `run the gate again before ${dateTime(validUntil)}` }
  if (view.deniedTools.length > 0)
    return { rank: 5, text: `${plural(view.deniedTools.length, 'tool')} switched off: lift when it is safe` }
  return { rank: 9, text: `nothing to do until ${dateTime(validUntil)}` }
}
