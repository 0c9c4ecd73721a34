import { digestOfJson, type Digest, type Sha256 } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'

/** One person's yes to one call: bound to tool and arguments, usable once, until it expires. */
export interface ApprovalTicket {
  readonly id: string
  readonly tool: string
  /** SHA-256 of the canonical JSON of `{arguments, session, tool}`. */
  readonly digest: Digest
  readonly roles: readonly string[]
  readonly expiresAt: EpochMs
  readonly state: 'pending' | 'approved' | 'refused' | 'redeemed'
  readonly decidedBy?: string | undefined
}

export interface ApprovalRequest {
  readonly id: string
  readonly tool: string
  readonly arguments: JsonObject
  readonly session: string
  readonly roles: readonly string[]
  readonly expiresMin: number
}

export type ApprovalFailure =
  | 'approval/expired'
  | 'approval/not-pending'
  | 'approval/not-approved'
  | 'approval/not-entitled'
  | 'approval/other-call'

const MINUTE_MS = 60_000

/** The digest of what is approved: another argument, tool or session is another call. */
function callDigest(request: Pick<ApprovalRequest, 'tool' | 'arguments' | 'session'>, sha256: Sha256): Digest {
  return digestOfJson(sha256, { tool: request.tool, arguments: request.arguments, session: request.session })
}

export function issueTicket(request: ApprovalRequest, now: EpochMs, sha256: Sha256): ApprovalTicket {
  return {
    id: request.id,
    tool: request.tool,
    digest: callDigest(request, sha256),
    roles: request.roles,
    expiresAt: (now + request.expiresMin * MINUTE_MS) as EpochMs,
    state: 'pending',
  }
}

/** A person with one of the roles decides, once, before the ticket expires. */
export function decideTicket(
  ticket: ApprovalTicket,
  decision: 'approved' | 'refused',
  person: { readonly principal: string; readonly roles: readonly string[] },
  now: EpochMs,
): Result<ApprovalTicket, ApprovalFailure> {
  if (ticket.state !== 'pending') return fail('approval/not-pending')
  if (!(now < ticket.expiresAt)) return fail('approval/expired')
  if (!person.roles.some((role) => ticket.roles.includes(role))) return fail('approval/not-entitled')
  return ok({ ...ticket, state: decision, decidedBy: person.principal })
}

/** Spends an approved ticket on exactly the call that it names. The caller keeps the returned state: a replay fails. */
export function redeemTicket(
  ticket: ApprovalTicket,
  call: Pick<ApprovalRequest, 'tool' | 'arguments' | 'session'>,
  now: EpochMs,
  sha256: Sha256,
): Result<ApprovalTicket, ApprovalFailure> {
  if (ticket.state !== 'approved') return fail('approval/not-approved')
  if (!(now < ticket.expiresAt)) return fail('approval/expired')
  if (callDigest(call, sha256) !== ticket.digest) return fail('approval/other-call')
  return ok({ ...ticket, state: 'redeemed' })
}

const EFFECT_WORDS = {
  read: 'reads data',
  write: 'changes data',
  irreversible: 'cannot be undone',
  external: 'reaches somebody outside',
} as const

const VALUE_CHARS_MAX = 200
const LINES_MAX = 30

/** What is being approved, in plain words: one line per argument, quoted, without control characters, bounded. */
export function describeCall(tool: string, effect: keyof typeof EFFECT_WORDS, args: JsonObject): string {
  const names = Object.keys(args).toSorted()
  const lines = names
    .slice(0, LINES_MAX)
    .map((name) => `  ${plain(name)}: ${plain(JSON.stringify(args[name]) ?? 'null')}`)
  const rest = names.length > LINES_MAX ? [`  and ${names.length - LINES_MAX} more`] : []
  return [`${plain(tool)} (${EFFECT_WORDS[effect]}) with`, ...lines, ...rest].join('\n')
}

/** SECURITY: the model wrote these; controls, bidirectional marks and invisibles could make one value read as another. */
function plain(text: string): string {
  const cut = text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}… (${text.length} characters)` : text
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}
