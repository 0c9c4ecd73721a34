import type { GuardFinding } from '../../domain/detection/finding.ts'
import { OBLIGATIONS, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { Denial } from './guard-denied.ts'

/** Does this obligation stop the text? */
export function isWithholding(action: Obligation): boolean {
  return OBLIGATIONS.indexOf(action) >= OBLIGATIONS.indexOf('require-approval')
}

/** The denial that a judgement asks for, if any. */
export function denialOf(
  { action, findings }: { readonly action: Obligation; readonly findings: readonly GuardFinding[] },
  side: 'input' | 'output',
): Denial | undefined {
  if (!isWithholding(action)) return undefined
  const what = side === 'input' ? 'the request' : 'the answer'
  return {
    code: action === 'require-approval' ? 'approval_required' : 'content_filter',
    rule: findings[0]?.detector ?? `guard/${side}`,
    message: `${what} ${action === 'require-approval' ? 'needs approval' : 'was stopped by the content guard'}`,
    findings,
  }
}
