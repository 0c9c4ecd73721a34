import { SECOND_MS, type EpochMs } from '../../base/instant.ts'
import {
  confidentialityRank,
  integrityRank,
  joinLabels,
  labelOfConversation,
} from '../../domain/authorization/labels.ts'
import type { GuardFinding } from '../../domain/detection/finding.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import { guardText } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { DenyState } from '../../domain/killswitch/deny-record.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Label } from '../../domain/manifest/manifest.ts'
import { recogniseRequest, type LiveRequest, type Recognised } from '../../domain/recognition/recognise-request.ts'
import type { ConversationMessage, Subject } from '../../domain/session/conversation.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'
import type { AdmittedSystem, ServedRelease } from './admitted-system.ts'
import { canaryLine, type CanariesOf } from './session-canaries.ts'
import type { SessionPseudonyms } from './session-pseudonyms.ts'
import type { JudgedPart, Reports } from './judged-part.ts'

/** A request as every wire codec hands it in. */
export interface JudgedRequest {
  readonly live: LiveRequest
  readonly messages: readonly ConversationMessage[]
  readonly subject: Subject | undefined
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
    | 'tool_call_denied'
    | 'approval_required'
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
  readonly subject: Subject | undefined
  readonly sessionKey: string | undefined
  readonly messages: readonly ConversationMessage[]
  readonly label: Label
}

export type RequestDecision = {
  readonly releaseDigest: string | null
  readonly action: Obligation
  readonly score: number
  readonly findings: readonly PlacedFinding[]
} & (
  | { readonly kind: 'deny'; readonly denial: Denial }
  | {
      readonly kind: 'forward'
      readonly context: RequestContext
      readonly texts: readonly string[]
      /** What detectors beside the guard are asked about. */
      readonly parts: readonly JudgedPart[]
    }
)

export interface DecideRequestPorts {
  readonly sessions: SessionStore
  readonly now: EpochMs
  readonly deny: DenyState
  readonly pseudonyms: SessionPseudonyms
  readonly classify: ClassifyInjection
  /** What detectors beside the guard said, by `where`. */
  readonly reports?: Reports | undefined
  /** Lines for the instructions of a session. */
  readonly canariesOf?: CanariesOf | undefined
}

/** How far a gateway's clock may run behind the gate's. */
const CLOCK_SKEW_MS = 30 * SECOND_MS

/** Admission, recognition, labels and the input guard, in this order. Fails closed at each. */
export function decideRequest(
  request: JudgedRequest,
  admitted: AdmittedSystem,
  ports: DecideRequestPorts,
): RequestDecision {
  const halted = haltedBy(request, ports.deny)
  if (halted !== undefined)
    return denied({ status: 403, code: 'system_halted', message: 'this system is halted', rule: halted })
  if (admitted.isMultiTenant && request.subject === undefined)
    return denied({
      status: 403,
      code: 'subject_required',
      message: 'a multi-tenant system needs a `Gatehouse-Subject` token',
      rule: 'admission/subject',
    })
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
  const sessionKey = request.subject === undefined ? undefined : sessionKeyOf(admitted, request.subject)
  const slotLabels = recognised.value.slots.flatMap(({ slot }) => (slot.type === 'text' ? [slot.label] : []))
  const label = raiseMarks(
    ports.sessions,
    sessionKey,
    slotLabels.reduce(joinLabels, labelOfConversation(request.messages, release.manifest)),
  )
  const context: RequestContext = {
    admitted,
    release,
    promptId: recognised.value.promptId,
    subject: request.subject,
    sessionKey,
    messages: request.messages,
    label,
  }
  return guardMessages(context, recognised.value, ports)
}

function denied(denial: Denial): RequestDecision {
  return { kind: 'deny', denial, releaseDigest: null, action: 'block', score: 0, findings: [] }
}

function haltedBy({ live, subject }: JudgedRequest, deny: DenyState): string | undefined {
  if (deny.isSystemDenied) return 'kill-switch/system'
  if (deny.models.has(live.model)) return 'kill-switch/model'
  if (subject !== undefined && deny.tenants.has(subject.tenant)) return 'kill-switch/tenant'
  return undefined
}

export function sessionKeyOf(admitted: AdmittedSystem, subject: Subject): string {
  return [
    admitted.organization,
    admitted.system,
    admitted.environment,
    subject.tenant,
    subject.principal,
    subject.session,
  ]
    .map(encodeURIComponent)
    .join('/')
}

/** Joins the request's label with the session's high-water mark and stores the join. */
function raiseMarks(sessions: SessionStore, key: string | undefined, label: Label): Label {
  if (key === undefined) return label
  const { integrityRank: integrity, confidentialityRank: confidentiality } = sessions.get(key)
  const joined = joinLabels(label, {
    integrity: INTEGRITIES[integrity] ?? 'untrusted',
    confidentiality: CONFIDENTIALITIES[confidentiality] ?? 'restricted',
  })
  sessions.raise(key, {
    integrityRank: integrityRank(joined.integrity),
    confidentialityRank: confidentialityRank(joined.confidentiality),
  })
  return joined
}

function guardMessages(
  context: RequestContext,
  { promptId, slots }: Recognised,
  ports: DecideRequestPorts,
): RequestDecision {
  const { guard: policies } = context.release
  const texts: string[] = []
  const parts: JudgedPart[] = []
  const findings: PlacedFinding[] = []
  const total: { action: Obligation; score: number; rule: string } = { action: 'allow', score: 0, rule: 'guard/input' }
  const { pseudonym, protect } = ports.pseudonyms
  const judge = (raw: string, side: 'input' | 'document', where: string, guard = guardText): string => {
    const text = protect(context.subject, raw)
    const own = guard(text, policies[side], {
      pseudonym: (category, value) => pseudonym(context.subject, category, value),
      classify: ports.classify,
    })
    parts.push({ where, side, text: own.text })
    const judgement = raiseJudgement(own, text, ports.reports?.get(where) ?? [])
    findings.push(...judgement.findings.map((finding) => ({ ...finding, where })))
    if (judgement.action === 'block') total.rule = judgement.findings[0]?.detector ?? total.rule
    total.action = heavier(total.action, judgement.action)
    total.score = Math.max(total.score, judgement.score)
    return judgement.text
  }
  const values = slots.map(({ name, slot, value }) =>
    slot.type === 'text' ? judge(value, 'document', `slot:${name}`) : value,
  )
  for (const [index, message] of context.messages.entries())
    texts.push(
      message.role === 'system'
        ? rendered(context.release, promptId, values) + canaryLine(context, ports.canariesOf)
        : judge(
            message.text,
            message.role === 'user' ? 'input' : 'document',
            String(index),
            message.role === 'tool' ? guardDocument : guardText,
          ),
    )
  const { action, score, rule } = total
  const summary = { releaseDigest: context.release.digest, action, score, findings }
  if (action === 'block' || action === 'end-session')
    return {
      kind: 'deny',
      ...summary,
      denial: { status: 400, code: 'content_filter', message: 'the request was stopped by the content guard', rule },
    }
  if (action === 'require-approval')
    return {
      kind: 'deny',
      ...summary,
      denial: { status: 403, code: 'approval_required', message: 'the request needs approval', rule },
    }
  return { kind: 'forward', ...summary, context, texts, parts }
}

/** The recognised prompt with what the guard left of its slots: the one system message of the request. */
function rendered({ templates }: ServedRelease, promptId: string, values: readonly string[]): string {
  const literals = templates.find((candidate) => candidate.promptId === promptId)?.template.literals ?? []
  return literals.map((literal, index) => literal + (values[index] ?? '')).join('')
}
