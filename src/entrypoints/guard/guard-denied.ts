import type { GuardFinding } from '../../domain/detection/finding.ts'

/** The codes of the gateway's denials, and two that only an embedded guard knows. */
export type DenialCode =
  | 'content_filter'
  | 'approval_required'
  | 'tool_call_denied'
  | 'unsupported_content'
  | 'tool_not_pinned'

export interface Denial {
  readonly code: DenialCode
  /** The rule that decided: a detector, `tool/NAME/RULE`, or a rule of the wrapper. */
  readonly rule: string
  readonly message: string
  /** Spans and detectors, never the text. */
  readonly findings: readonly GuardFinding[]
}

/** Thrown by the wrappers where a client reports failure by throwing. Carries nothing of what was judged. */
export class GuardDenied extends Error implements Denial {
  override readonly name = 'GuardDenied'
  readonly code: DenialCode
  readonly rule: string
  readonly findings: readonly GuardFinding[]

  constructor({ code, rule, message, findings }: Denial) {
    super(`${message} (\`${rule}\`)`)
    this.code = code
    this.rule = rule
    this.findings = findings
  }
}
