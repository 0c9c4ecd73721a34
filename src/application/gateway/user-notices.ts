import { disclosureOf, noticeOf, type Notice, type NoticeKind, type Notices } from '../../domain/notice/notices.ts'
import { preferredLanguage } from '../../domain/notice/preferred-language.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { ServedRelease } from './admitted-system.ts'
import type { ModelRequest } from './model-request.ts'

/** What a release says to the user of one request, in their language. */
export interface UserNotices {
  readonly declared: Notices
  readonly tier: Tier
  readonly language: string
}

/** Undefined where the release declares none. */
export function userNotices(release: ServedRelease | undefined, wanted: readonly string[]): UserNotices | undefined {
  const declared = release?.manifest.notices
  if (release === undefined || declared === undefined) return undefined
  const language = preferredLanguage(wanted, Object.keys(declared.languages), declared.default)
  return { declared, tier: release.tier, language }
}

/** The disclosure that an answer to this request carries, and whether it stands in its text. */
export function disclosureFor(
  notices: UserNotices | undefined,
  request: ModelRequest,
): { readonly notice: Notice; readonly isInText: boolean } | undefined {
  if (notices === undefined) return undefined
  const { declared, language, tier } = notices
  const notice = noticeOf(declared, 'disclosure', language, tier)
  if (notice === undefined) return undefined
  const where = disclosureOf(declared, tier)
  const isFirst = request.messages.every(({ role }) => role !== 'assistant')
  const isInText = where === 'every-answer' || (where === 'first-answer' && isFirst)
  // A program reads an answer in a form; a sentence before it would break it.
  return { notice, isInText: isInText && request.isFormed !== true }
}

/** Which notice stands for which refusal. What a developer has to mend, or a client has to try again, stays an error. */
const KIND_OF_CODE: Readonly<Record<string, NoticeKind>> = {
  content_filter: 'refusal',
  tool_call_denied: 'refusal',
  policy_denied: 'refusal',
  system_halted: 'outage',
  upstream_unavailable: 'outage',
  upstream_incomplete: 'outage',
  limits_unavailable: 'outage',
}

/** What the user is told in place of an answer, undefined where there is nothing of their own to say. */
export function noticeForCode(notices: UserNotices | undefined, code: string | null): Notice | undefined {
  const kind = code === null || !Object.hasOwn(KIND_OF_CODE, code) ? undefined : KIND_OF_CODE[code]
  if (notices === undefined || kind === undefined) return undefined
  return noticeOf(notices.declared, kind, notices.language, notices.tier)
}
