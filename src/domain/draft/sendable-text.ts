import { guardText } from '../guardrail/guard-text.ts'
import { resolveGuardPolicy, type SidePolicy } from '../guardrail/guard-policy.ts'

export type SendableText =
  | { readonly kind: 'sendable'; readonly text: string; readonly redactions: number }
  /** Nobody can say what is in it. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** Longest text that is sent to help with a draft, in UTF-16 code units. */
export const SOURCE_CHARS_MAX = 60_000

/** Secrets and personal data go out of nothing that is sent to a model for a draft; links and orders may stand in it. */
const SENDING: SidePolicy = {
  ...resolveGuardPolicy({ preset: 'T1' }, 'T1').output,
  injection: { at: 1.1, action: 'allow' },
  links: undefined,
  promptLeak: 'allow',
  pii: 'redact',
  secrets: 'redact',
}

export function sendableText(text: string): SendableText {
  if (text.length > SOURCE_CHARS_MAX)
    return { kind: 'unreadable', why: `it is longer than ${SOURCE_CHARS_MAX} characters` }
  const judged = guardText(text, SENDING)
  if (judged.action === 'block')
    return { kind: 'unreadable', why: `the guard refuses it (${judged.findings[0]?.detector ?? 'unread'})` }
  const redactions = judged.findings.filter(({ category }) => category === 'secret' || category === 'pii').length
  return { kind: 'sendable', text: judged.text, redactions }
}
