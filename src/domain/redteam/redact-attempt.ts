import type { LeakIndex } from '../detection/prompt-leak.ts'
import { resolveGuardPolicy } from '../guardrail/guard-policy.ts'
import { guardText } from '../guardrail/guard-text.ts'
import type { CaptureMode } from '../manifest/manifest.ts'
import type { AttackAttempt } from './campaign-run.ts'

const POLICY = {
  ...resolveGuardPolicy({ preset: 'T1' }, 'T1').output,
  pii: 'redact',
  softPii: 'redact',
  secrets: 'redact',
  promptLeak: 'redact',
  links: undefined,
} as const

const KEPT_CHARS_MAX = 2_000
const WITHHELD = '[withheld: data.capture is `none`]'

/**
 * What may be kept of an attempt under the manifest's capture mode. Texts of the catalogue are ours and stay; what the system
 * answered is withheld, redacted, replaced by its digest, or kept.
 */
export function redactAttempt(
  attempt: AttackAttempt,
  mode: CaptureMode,
  { leak, digestOf }: { readonly leak: LeakIndex; readonly digestOf: (text: string) => string },
): AttackAttempt {
  const keep = (text: string): string => {
    if (text === '' || mode === 'full') return text.slice(0, KEPT_CHARS_MAX)
    if (mode === 'none') return WITHHELD
    if (mode === 'reference') return `[${digestOf(text)}]`
    const judged = guardText(text.toWellFormed(), POLICY, { leak })
    return (judged.action === 'block' ? '[withheld: it could not be redacted]' : judged.text).slice(0, KEPT_CHARS_MAX)
  }
  return {
    ...attempt,
    reply: keep(attempt.reply),
    toolCalls: attempt.toolCalls.map(({ name, args }) => ({
      name,
      args: Object.fromEntries(Object.entries(args).map(([key, value]) => [key, keepValue(value, keep)])),
    })),
  }
}

function keepValue(value: unknown, keep: (text: string) => string): unknown {
  return typeof value === 'string' ? keep(value) : keep(JSON.stringify(value) ?? '')
}
