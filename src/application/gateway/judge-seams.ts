import type { GuardFinding } from '../../domain/detection/finding.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { SidePolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardSeams } from '../../domain/guardrail/guard-seams.ts'
import { guardText, type GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { CleanTexts } from './clean-texts.ts'
import type { Reports } from './judged-part.ts'
import type { SeamWindow } from './seam-windows.ts'

export interface SeamJudgement {
  readonly action: Obligation
  readonly score: number
  readonly findings: readonly (GuardFinding & { readonly where: string })[]
  /** Why the texts do not go on. */
  readonly blockedBy: string | undefined
}

export interface JudgeSeamsPorts {
  readonly classify: ClassifyInjection
  readonly clean?: CleanTexts | undefined
  readonly reports?: Reports | undefined
}

/** A release, as the guard's policies of it and their name. */
export interface GuardedBy {
  readonly digest: string
  readonly guard: { readonly input: SidePolicy; readonly document: SidePolicy }
}

/**
 * What lies across the seams of texts. It cannot be taken out of one of them: where the policy would, they do not go on.
 * Detectors beside the guard are not asked again: they have seen each text and each message.
 */
export function judgeSeams(
  windows: readonly SeamWindow[] | undefined,
  release: GuardedBy,
  ports: JudgeSeamsPorts,
): SeamJudgement {
  // What was not judged is not passed.
  if (windows === undefined) return { action: 'block', score: 0, findings: [], blockedBy: 'guard/too-complex' }
  let action: Obligation = 'allow'
  let score = 0
  let blockedBy: string | undefined
  const findings = new Map<string, GuardFinding & { readonly where: string }>()
  for (const window of windows) {
    // SECURITY: what a detector took out of the message may be left in its parts.
    if (window.seams === undefined && hasFound(ports.reports, window.where)) blockedBy ??= 'guard/parts'
    const judgement = judgeWindow(window, release, ports)
    if (judgement === undefined) continue
    for (const finding of judgement.findings)
      findings.set(`${window.where} ${finding.detector}`, { ...finding, where: window.where })
    score = Math.max(score, judgement.score)
    action = heavier(action, judgement.action)
    if (judgement.text !== window.text || judgement.action === 'block') blockedBy ??= judgement.findings[0]?.detector
  }
  return {
    action: blockedBy === undefined ? action : heavier(action, 'block'),
    score,
    findings: [...findings.values()],
    blockedBy,
  }
}

function hasFound(reports: Reports | undefined, where: string): boolean {
  return reports?.get(where)?.some(({ setting, outcome }) => !outcome.ok || outcome.value.score >= setting.at) === true
}

/** Undefined: nothing counts in it. */
function judgeWindow(
  { text, side, seams, asks }: SeamWindow,
  { digest, guard }: GuardedBy,
  { classify, clean }: JudgeSeamsPorts,
): GuardJudgement | undefined {
  const key = clean?.keyOf(`${digest}/${side}/${asks}/${seams?.join() ?? 'any'}`, text)
  if (key !== undefined && clean?.scoreOf(key) !== undefined) return undefined
  const options = asks === 'all' ? { classify } : {}
  const judgement =
    seams === undefined ? guardText(text, guard[side], options) : guardSeams(text, seams, guard[side], options)
  if (judgement.findings.length > 0 || judgement.text !== text) return judgement
  if (key !== undefined) clean?.add(key, judgement.score)
  return undefined
}
