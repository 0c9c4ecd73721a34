import type { Subject } from '../../domain/session/conversation.ts'
import { restoreText } from '../../domain/vault/restore.ts'
import { kindName, LITERAL_KIND, replaceTokens } from '../../domain/vault/token.ts'
import type { Vault, VaultScope } from '../../domain/vault/vault.ts'

/** Stand-ins for values, and what stands behind those of one session. */
export interface SessionPseudonyms {
  readonly pseudonym: (subject: Subject | undefined, category: string, value: string) => string
  /** Text that merely looks like a stand-in gets one of its own, so that typing or planting one brings nothing back. */
  readonly protect: (subject: Subject | undefined, text: string) => string
  /** The values of the session in place of their stand-ins, outside URLs and tags. */
  readonly restore: (subject: Subject | undefined, text: string) => string
}

const MARK = '⟦'

/** Pseudonyms out of a vault. Without a subject there is no session: a value is taken out for good. */
export function sessionPseudonyms(vault: Vault): SessionPseudonyms {
  const stand = (subject: Subject | undefined, kind: string, value: string, level: 'public' | 'tenant'): string =>
    (subject === undefined ? undefined : vault.tokenFor(scopeOf(subject), kind, value, level)) ?? `[${kindName(kind)}]`
  return {
    pseudonym: (subject, category, value) => stand(subject, category, value, 'tenant'),
    protect: (subject, text) =>
      text.includes(MARK) ? replaceTokens(text, (literal) => stand(subject, LITERAL_KIND, literal, 'public')) : text,
    restore: (subject, text) =>
      subject === undefined || !text.includes(MARK)
        ? text
        : restoreText(text, (token) => vault.reveal(scopeOf(subject), token), { kind: 'display', clearance: 'tenant' }),
  }
}

const scopeOf = ({ tenant, session, principal }: Subject): VaultScope => ({
  tenant,
  session: JSON.stringify([principal, session]),
  purpose: 'chat',
})
