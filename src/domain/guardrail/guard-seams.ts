import { judgementOf, refusal, refusesUnread, type GuardJudgement, type GuardOptions } from './guard-text.ts'
import { judgeText } from './judge-text.ts'
import type { SidePolicy } from './guard-policy.ts'

/**
 * The guard on texts that stand one behind the other and were each judged before: what lies across one of the seams between
 * them counts, and nothing else. `seams` are offsets in the joined text, in order.
 */
export function guardSeams(
  text: string,
  seams: readonly number[],
  policy: SidePolicy,
  options: GuardOptions = {},
): GuardJudgement {
  const refused = refusesUnread(text)
  if (refused !== undefined) return refusal(text, refused)
  const { score, judged } = judgeText(text, policy, options)
  const across = judged.filter(({ finding: { start, end } }) => liesAcross(seams, start, end))
  return judgementOf(text, { score: across.length === 0 ? 0 : score, judged: across })
}

function liesAcross(seams: readonly number[], start: number, end: number): boolean {
  const next = seams[firstBehind(seams, start)]
  return next !== undefined && next < end
}

/** Index of the first seam behind a place; seams are in order. */
export function firstBehind(seams: readonly number[], place: number): number {
  let low = 0
  let high = seams.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seams[middle] as number) <= place) low = middle + 1
    else high = middle
  }
  return low
}
