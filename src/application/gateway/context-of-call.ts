import { fail, ok, type Result } from '../../base/result.ts'
import { joinLabels, labelOfConversation } from '../../domain/authorization/labels.ts'
import { isOwnProposal } from '../../domain/authorization/own-proposal.ts'
import { withholdResults } from '../../domain/authorization/withheld-results.ts'
import type { Label, Manifest } from '../../domain/manifest/manifest.ts'
import type { ConversationMessage, Subject, ToolCall } from '../../domain/session/conversation.ts'
import type { AdmittedSystem, ServedRelease } from './admitted-system.ts'
import {
  callsKeyOf,
  CLOCK_SKEW_MS,
  haltedBy,
  labelOfRanks,
  raiseMarks,
  sessionKeyOf,
  SUBJECT_REQUIRED,
  type DecideRequestPorts,
  type Denial,
  type RequestContext,
} from './decide-request.ts'
import { unguarded, type ReleaseGuard } from './with-detectors.ts'

/** What a decision outside of a model call is asked with. */
export interface CallRequest {
  readonly subject: Subject | undefined
  /** Id of the credential that asks. */
  readonly credential: string
  readonly messages: readonly ConversationMessage[]
  /** The call that is about to be made, where it is about one. */
  readonly call?: Pick<ToolCall, 'name' | 'arguments'> | undefined
  /** What the release declares, MCP servers' tools included where they count. */
  readonly manifestOf?: ((manifest: Manifest) => Manifest) | undefined
}

const NOTHING: Label = { integrity: 'trusted', confidentiality: 'public' }

/**
 * Who asks, of which release, with which label: what a decision outside of a model call stands on. The newest release that
 * is valid counts, as no request is there to recognise it by. SECURITY: results count as withheld only where this gateway
 * wrote the answer that proposes the call, since nobody else knows what the model read.
 */
export function contextOfCall(
  request: CallRequest,
  admitted: AdmittedSystem,
  ports: Pick<DecideRequestPorts, 'sessions' | 'now' | 'deny'> & {
    readonly guardOf: (release: ServedRelease) => ReleaseGuard
  },
): Result<RequestContext, Denial> {
  const { subject, messages, call } = request
  const halted = haltedBy({ model: '', subject }, ports.deny())
  if (halted !== undefined) return fail(halted)
  if (admitted.isMultiTenant && subject === undefined) return fail(SUBJECT_REQUIRED)
  const release = admitted.releases.findLast(({ validUntil }) => validUntil > ports.now - CLOCK_SKEW_MS)
  if (release === undefined)
    return fail({
      status: 403,
      code: 'release_not_approved',
      message: 'no release of this system is approved',
      rule: 'admission/no-release',
    })
  const denial = unguarded(ports.guardOf(release))
  if (denial !== undefined) return fail(denial)
  const sessionKey = subject === undefined ? undefined : sessionKeyOf(admitted, subject)
  const manifest = request.manifestOf?.(release.manifest) ?? release.manifest
  const withheld = withholdResults(messages, manifest)
  const { unread: held } = sessionKey === undefined ? {} : ports.sessions.get(sessionKey)
  const unread = held === undefined || call === undefined ? NOTHING : labelOfRanks(held)
  const isAllRead = withheld === undefined || call === undefined || !isOwnProposal(messages, call)
  return ok({
    admitted,
    release: manifest === release.manifest ? release : { ...release, manifest },
    promptId: '',
    model: '',
    subject,
    sessionKey,
    callsKey: callsKeyOf(admitted, request),
    messages,
    withheld,
    isAllRead,
    label: isAllRead
      ? raiseMarks(ports.sessions, sessionKey, joinLabels(labelOfConversation(messages, manifest), unread))
      : raiseMarks(ports.sessions, sessionKey, labelOfConversation(messages, manifest, withheld.seen)),
  })
}
