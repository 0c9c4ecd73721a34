import type { SidePolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardText, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { OBLIGATIONS, type Obligation } from '../../domain/guardrail/obligation.ts'
import { StreamGuard } from '../../domain/guardrail/stream-guard.ts'
import type { PlacedFinding } from './decide-request.ts'

/** One text that a choice streams: what came, and what of it has left. */
export interface TextChannel {
  readonly push: (text: string) => string
  readonly end: () => string
  readonly blockedBy: () => string | undefined
  readonly findings: () => readonly PlacedFinding[]
  readonly action: () => Obligation
  /** What came, as it came. */
  readonly received: () => string
  released: string
}

/** Whether a text under this obligation left as it came. */
export function isUnchanged(action: Obligation): boolean {
  return OBLIGATIONS.indexOf(action) < OBLIGATIONS.indexOf('redact')
}

/** A control that weighs a text as a whole leaves nothing to hand on before its end. */
function holdsWhole({ injection, content }: SidePolicy): boolean {
  return (injection.action !== 'allow' && injection.action !== 'log') || content !== undefined
}

const placed = (findings: readonly Omit<PlacedFinding, 'where'>[]): readonly PlacedFinding[] =>
  findings.map((finding) => ({ ...finding, where: 'output' }))

export function textChannel(policy: SidePolicy, options: GuardOptions): TextChannel {
  if (holdsWhole(policy)) return wholeChannel((text) => guardText(text, policy, options))
  const guard = new StreamGuard(policy, options)
  let all = ''
  return {
    push(text) {
      all += text
      return guard.push(text)
    },
    end: () => guard.end(),
    blockedBy: () => (guard.isWithheld ? (guard.judgement.findings.at(-1)?.detector ?? 'guard/output') : undefined),
    findings: () => placed(guard.judgement.findings),
    action: () => guard.judgement.action,
    received: () => all,
    released: '',
  }
}

/** Hands nothing on: detectors, the vault and the tool results of the conversation are asked once all is there. */
export function heldChannel(): TextChannel {
  let held = ''
  return {
    push(text) {
      held += text
      return ''
    },
    end: () => '',
    blockedBy: () => undefined,
    findings: () => [],
    action: () => 'allow',
    received: () => held,
    released: '',
  }
}

/** Is judged once all of it has come. */
export function wholeChannel(judge: (text: string) => GuardJudgement): TextChannel {
  let held = ''
  let judgement: GuardJudgement | undefined
  const isWithheld = (): boolean => judgement?.action === 'block' || judgement?.action === 'require-approval'
  return {
    push(text) {
      held += text
      return ''
    },
    end() {
      judgement = judge(held)
      return isWithheld() ? '' : judgement.text
    },
    blockedBy: () => (isWithheld() ? (judgement?.findings[0]?.detector ?? 'guard/output') : undefined),
    findings: () => placed(judgement?.findings ?? []),
    action: () => judgement?.action ?? 'allow',
    received: () => held,
    released: '',
  }
}
