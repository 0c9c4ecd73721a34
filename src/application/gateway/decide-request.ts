import { SECOND_MS, type EpochMs } from '../../base/instant.ts'
import {
  confidentialityRank,
  integrityRank,
  joinLabels,
  labelOfConversation,
} from '../../domain/authorization/labels.ts'
import { withholdResults, type WithheldResults } from '../../domain/authorization/withheld-results.ts'
import type { GuardFinding } from '../../domain/detection/finding.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import { guardText, type GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { DenyState } from '../../domain/killswitch/deny-record.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Label } from '../../domain/manifest/manifest.ts'
import { recogniseRequest, type LiveRequest, type Recognised } from '../../domain/recognition/recognise-request.ts'
import type { ConversationMessage, Subject } from '../../domain/session/conversation.ts'
import type { LabelRanks, SessionStore } from '../../domain/session/session-store.ts'
import { scopeOf, type AdmittedSystem, type ServedRelease } from './admitted-system.ts'
import type { NamedAgent } from './agent-run.ts'
import type { CleanTexts } from './clean-texts.ts'
import { canaryLine, type CanariesOf } from './session-canaries.ts'
import { conversationSeams } from './conversation-seams.ts'
import { judgedConversation, type JudgedConversation } from './judged-conversation.ts'
import { judgeSeams } from './judge-seams.ts'
import { holdRequest } from './request-rights.ts'
import type { SessionPseudonyms } from './session-pseudonyms.ts'
import type { JudgedPart, Reports } from './judged-part.ts'

/** A request as every wire codec hands it in. */
export interface JudgedRequest {
  readonly live: LiveRequest
  readonly messages: readonly ConversationMessage[]
  readonly subject: Subject | undefined
  /** Id of the credential that asks. */
  readonly credential: string
  /** What else reaches the model and cannot be rewritten: ids, links to images, settings. A finding in it is a denial. */
  readonly carried?: readonly CarriedText[] | undefined
  /** What no guard reads: it is not to be trusted, and a model takes only what its manifest says. */
  readonly opaque?: readonly OpaqueKind[] | undefined
}

export type OpaqueKind = 'image' | 'audio'

export interface CarriedText {
  /** Where it stands, for the record. */
  readonly where: string
  readonly text: string
  /** The tool that a description is of. */
  readonly tool?: string | undefined
}

export interface PlacedFinding extends GuardFinding {
  /** Index of the message, or `output`. */
  readonly where: string
}

export interface Denial {
  readonly status: 400 | 403
  readonly code:
    | 'content_filter'
    | 'release_not_approved'
    | 'system_halted'
    | 'subject_required'
    | 'unsupported_content'
    | 'tool_call_denied'
    | 'approval_required'
    | 'invalid_approval'
    | 'policy_denied'
  readonly message: string
  readonly rule: string
  /** The tool that a denial is about. */
  readonly tool?: string | undefined
}

/** What the later steps of a request need to know of the first. */
export interface RequestContext {
  readonly admitted: AdmittedSystem
  readonly release: ServedRelease
  readonly promptId: string
  /** The agent that asks, where a caller of the decision point names it. */
  readonly agent?: NamedAgent | undefined
  /** As the client asked for it. */
  readonly model: string
  /** The model that was asked in its place, or is the same: a kill switch on either stops the answer. */
  readonly answeredBy?: string | undefined
  readonly subject: Subject | undefined
  readonly sessionKey: string | undefined
  /** Whose allowed calls the limits of tools count; undefined: nobody's, as where an answer is seen by nobody. */
  readonly callsKey: string | undefined
  readonly messages: readonly ConversationMessage[]
  readonly label: Label
  /** Results that the model does not read, where it was this gateway that withheld them. */
  readonly withheld?: WithheldResults | undefined
  /** A call is asked about that no model behind this gateway is known to have proposed: whoever did may have read everything. */
  readonly isAllRead?: boolean | undefined
  /** What is put before the text of the answer. */
  readonly disclosure?: string | undefined
}

export type RequestDecision = {
  readonly releaseDigest: string | null
  readonly action: Obligation
  readonly score: number
  readonly findings: readonly PlacedFinding[]
} & (
  | { readonly kind: 'deny'; readonly denial: Denial }
  | ({
      readonly kind: 'forward'
      readonly context: RequestContext
      /** What detectors beside the guard are asked about. */
      readonly parts: readonly JudgedPart[]
    } & Pick<JudgedConversation, 'texts' | 'callArguments' | 'partTexts'>)
)

export interface DecideRequestPorts {
  readonly sessions: SessionStore
  readonly now: EpochMs
  /** Asked each time: a kill switch counts from the moment that it is thrown, whatever was waited for meanwhile. */
  readonly deny: () => DenyState
  readonly pseudonyms: SessionPseudonyms
  readonly classify: ClassifyInjection
  readonly clean?: CleanTexts | undefined
  /** What detectors beside the guard said, by `where`. */
  readonly reports?: Reports | undefined
  /** Lines for the instructions of a session. */
  readonly canariesOf?: CanariesOf | undefined
}

function isDescribed({ manifest }: ServedRelease, tool: string): boolean {
  return manifest.components.tools?.find(({ id }) => id === tool)?.description !== undefined
}

/** Text and images, unless the manifest names a model's modalities. */
function takes({ manifest }: ServedRelease, model: string, kind: OpaqueKind): boolean {
  const { modalities } = manifest.components.models.find((candidate) => candidate.model === model) ?? {}
  return (modalities ?? ['text', 'image']).includes(kind)
}

/** Why a model of the release does not take these kinds of content, or undefined. */
export function unreadBy(release: ServedRelease, model: string, opaque: readonly OpaqueKind[]): Denial | undefined {
  const unread = opaque.find((kind) => !takes(release, model, kind))
  return unread === undefined
    ? undefined
    : {
        status: 400,
        code: 'unsupported_content',
        message: `the release's model takes no ${unread}`,
        rule: `admission/${unread}`,
      }
}

export const SUBJECT_REQUIRED: Denial = {
  status: 403,
  code: 'subject_required',
  message: 'a multi-tenant system needs a `Gatehouse-Subject` token',
  rule: 'admission/subject',
}

const OPAQUE: Label = { integrity: 'untrusted', confidentiality: 'public' }

/** How far a gateway's clock may run behind the gate's. */
export const CLOCK_SKEW_MS = 30 * SECOND_MS

/** Admission, recognition, labels and the input guard, in this order. Fails closed at each. */
export function decideRequest(
  request: JudgedRequest,
  admitted: AdmittedSystem,
  ports: DecideRequestPorts,
): RequestDecision {
  const halted = haltedBy({ model: request.live.model, subject: request.subject }, ports.deny())
  if (halted !== undefined) return denied(halted)
  if (admitted.isMultiTenant && request.subject === undefined) return denied(SUBJECT_REQUIRED)
  const valid = admitted.releases.filter((release) => release.validUntil > ports.now - CLOCK_SKEW_MS)
  const recognised = recogniseRequest(request.live, valid)
  if (!recognised.ok) {
    const { part, message } = recognised.failure
    return denied({
      status: 403,
      code: 'release_not_approved',
      message,
      rule: `admission/${valid.length === 0 ? 'no-release' : part}`,
    })
  }
  const release = recognised.value.release as ServedRelease
  const unread = unreadBy(release, request.live.model, request.opaque ?? [])
  if (unread !== undefined) return denied(unread)
  const sessionKey = request.subject === undefined ? undefined : sessionKeyOf(admitted, request.subject)
  const withheld = withholdResults(request.messages, release.manifest)
  let seen = labelOfConversation(request.messages, release.manifest, withheld?.seen)
  for (const { slot } of recognised.value.slots) if (slot.type === 'text') seen = joinLabels(seen, slot.label)
  if ((request.opaque ?? []).length > 0) seen = joinLabels(seen, OPAQUE)
  const label = raiseMarks(ports.sessions, sessionKey, seen)
  const context: RequestContext = {
    admitted,
    release,
    promptId: recognised.value.promptId,
    model: request.live.model,
    subject: request.subject,
    sessionKey,
    callsKey: callsKeyOf(admitted, request),
    messages: request.messages,
    label,
    withheld,
  }
  holdRequest(context, ports.sessions)
  // Which prompt it is, recognition has told.
  const stopped = haltedBy(context, ports.deny())
  if (stopped !== undefined) return { ...denied(stopped), releaseDigest: release.digest }
  return guardMessages(context, recognised.value, request.carried ?? [], ports)
}

function denied(denial: Denial): RequestDecision {
  return { kind: 'deny', denial, releaseDigest: null, action: 'block', score: 0, findings: [] }
}

/** Asked again and again while an answer is on its way: a kill switch stops what has begun, too. */
export function haltedBy(
  {
    model,
    answeredBy,
    subject,
    promptId,
  }: Pick<RequestContext, 'model' | 'answeredBy' | 'subject'> & { readonly promptId?: string | undefined },
  deny: DenyState,
): Denial | undefined {
  const rule = deny.isSystemDenied
    ? 'kill-switch/system'
    : deny.models.has(model) || (answeredBy !== undefined && deny.models.has(answeredBy))
      ? 'kill-switch/model'
      : subject !== undefined && deny.tenants.has(subject.tenant)
        ? 'kill-switch/tenant'
        : promptId !== undefined && deny.prompts.has(promptId)
          ? 'kill-switch/prompt'
          : undefined
  return rule === undefined ? undefined : { status: 403, code: 'system_halted', message: 'this system is halted', rule }
}

export function sessionKeyOf(admitted: AdmittedSystem, subject: Subject): string {
  const { tenant, principal, session } = subject
  return `${scopeOf(admitted)}/${[tenant, principal, session].map(encodeURIComponent).join('/')}`
}

/** SECURITY: calls without a session share the budget of their credential: leaving the end user out lifts no limit. */
export function callsKeyOf(
  admitted: AdmittedSystem,
  { subject, credential }: Pick<JudgedRequest, 'subject' | 'credential'>,
): string {
  if (subject !== undefined) return sessionKeyOf(admitted, subject)
  // A part fewer than a session's key has, so that no session spells a credential's.
  return `${scopeOf(admitted)}/credential/${encodeURIComponent(credential)}`
}

/** Joins the request's label with the session's high-water mark and stores the join. */
export function raiseMarks(sessions: SessionStore, key: string | undefined, label: Label): Label {
  if (key === undefined) return label
  const joined = joinLabels(label, labelOfRanks(sessions.get(key)))
  sessions.raise(key, ranksOf(joined))
  return joined
}

export function labelOfRanks({ integrityRank: integrity, confidentialityRank: confidentiality }: LabelRanks): Label {
  return {
    integrity: INTEGRITIES[integrity] ?? 'untrusted',
    confidentiality: CONFIDENTIALITIES[confidentiality] ?? 'restricted',
  }
}

export function ranksOf({ integrity, confidentiality }: Label): LabelRanks {
  return { integrityRank: integrityRank(integrity), confidentialityRank: confidentialityRank(confidentiality) }
}

function guardMessages(
  context: RequestContext,
  { promptId, slots, areApart }: Recognised & { readonly areApart?: boolean },
  carried: readonly CarriedText[],
  ports: DecideRequestPorts,
): RequestDecision {
  const { guard: policies } = context.release
  const parts: JudgedPart[] = []
  const findings: PlacedFinding[] = []
  const total: { action: Obligation; score: number; rule: string } = { action: 'allow', score: 0, rule: 'guard/input' }
  const { pseudonym, protect } = ports.pseudonyms
  const judge = (raw: string, side: 'input' | 'document', where: string, guard = guardText): string => {
    const text = protect(context.subject, raw)
    const as = guard === guardDocument ? 'document' : 'text'
    const key = ports.clean?.keyOf(`${context.release.digest}/${side}/${as}`, text)
    const known = key === undefined ? undefined : ports.clean?.scoreOf(key)
    const own: GuardJudgement =
      known === undefined
        ? guard(text, policies[side], {
            pseudonym: (category, value) => pseudonym(context.subject, category, value),
            classify: ports.classify,
          })
        : { action: 'allow', score: known, findings: [], text }
    if (key !== undefined && own.action === 'allow' && own.findings.length === 0 && own.text === text)
      ports.clean?.add(key, own.score)
    parts.push({ where, side, text: own.text })
    const judgement = raiseJudgement(own, text, ports.reports?.get(where) ?? [])
    for (const finding of judgement.findings) findings.push({ ...finding, where })
    if (judgement.action === 'block') total.rule = judgement.findings[0]?.detector ?? total.rule
    total.action = heavier(total.action, judgement.action)
    total.score = Math.max(total.score, judgement.score)
    return judgement.text
  }
  const values = slots.map(({ name, slot, value }) =>
    slot.type === 'text' ? judge(value, 'document', `slot:${name}`) : value,
  )
  const judged = judgedConversation(
    context,
    judge,
    rendered(context.release, promptId, values) + canaryLine(context, ports.canariesOf),
  )
  const { texts, callArguments, partTexts } = judged
  const windows = areApart === true ? [] : conversationSeams(context.messages, judged)
  const seams = judgeSeams(windows, context.release, ports)
  findings.push(...seams.findings)
  total.action = heavier(total.action, seams.action)
  total.score = Math.max(total.score, seams.score)
  total.rule = seams.blockedBy ?? total.rule
  for (const { where, text, tool } of carried) {
    // A description that the manifest declares is the release's own: recognition has compared it.
    if (tool !== undefined && isDescribed(context.release, tool)) continue
    const before = findings.length
    if (judge(text, 'input', where, guardDocument) === text) continue
    // It cannot be taken out, so the request stays here.
    total.action = 'block'
    total.rule = findings.slice(before)[0]?.detector ?? total.rule
  }
  const { action, score } = total
  const releaseDigest = context.release.digest
  const denial = denialOf(total)
  return denial === undefined
    ? { kind: 'forward', releaseDigest, action, score, findings, context, texts, callArguments, partTexts, parts }
    : { kind: 'deny', releaseDigest, action, score, findings, denial }
}

function denialOf({ action, rule }: { readonly action: Obligation; readonly rule: string }): Denial | undefined {
  if (action === 'block' || action === 'end-session')
    return { status: 400, code: 'content_filter', message: 'the request was stopped by the content guard', rule }
  if (action === 'require-approval')
    return { status: 403, code: 'approval_required', message: 'the request needs approval', rule }
  return undefined
}

/**
 * Texts that are turned into numbers: no prompt to recognise, no labels to keep; each is judged as a document. The newest
 * release that has the model counts.
 */
export function decideEmbeddings(
  request: { readonly model: string; readonly subject: Subject | undefined; readonly inputs: readonly string[] },
  carried: readonly CarriedText[],
  admitted: AdmittedSystem,
  ports: DecideRequestPorts,
): RequestDecision {
  const halted = haltedBy(request, ports.deny())
  if (halted !== undefined) return denied(halted)
  if (admitted.isMultiTenant && request.subject === undefined) return denied(SUBJECT_REQUIRED)
  const valid = admitted.releases.filter((release) => release.validUntil > ports.now - CLOCK_SKEW_MS)
  const release = valid.findLast(({ manifest }) =>
    manifest.components.models.some(({ model }) => model === request.model),
  )
  if (release === undefined)
    return denied({
      status: 403,
      code: 'release_not_approved',
      message: 'the model is not one of the approved release',
      rule: `admission/${valid.length === 0 ? 'no-release' : 'model'}`,
    })
  const context: RequestContext = {
    admitted,
    release,
    promptId: '',
    model: request.model,
    subject: request.subject,
    sessionKey: undefined,
    callsKey: undefined,
    messages: request.inputs.map((text) => ({ role: 'tool', callId: '', text })),
    label: OPAQUE,
  }
  // Each text is read by itself.
  return guardMessages(context, { release, promptId: '', slots: [], areApart: true }, carried, ports)
}

/** The recognised prompt with what the guard left of its slots: the one system message of the request. */
function rendered({ templates }: ServedRelease, promptId: string, values: readonly string[]): string {
  const literals = templates.find((candidate) => candidate.promptId === promptId)?.template.literals ?? []
  return literals.map((literal, index) => literal + (values[index] ?? '')).join('')
}
