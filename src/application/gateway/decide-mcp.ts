import type { Sha256 } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { instructsModel } from '../../domain/authorization/instructing-descriptor.ts'
import { labelOfResult } from '../../domain/authorization/labels.ts'
import { judgeMcpDescriptors, mcpServerOf, type McpJudgement } from '../../domain/authorization/mcp-tools.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import type { DetectorReport } from '../../domain/guardrail/detector.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import type { GuardOptions } from '../../domain/guardrail/guard-text.ts'
import type { Label } from '../../domain/manifest/manifest.ts'
import { openWaiver } from '../../domain/recognition/model-drift.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'
import type { ServedRelease } from './admitted-system.ts'
import {
  raiseMarks,
  ranksOf,
  type DecideRequestPorts,
  type PlacedFinding,
  type RequestContext,
} from './decide-request.ts'
import { textOfMedia } from './image-source.ts'
import { judgeSeams } from './judge-seams.ts'
import type { JudgedPart, Reports } from './judged-part.ts'
import { seamWindows } from './seam-windows.ts'

export type JudgePorts = Pick<DecideRequestPorts, 'classify' | 'pseudonyms' | 'sessions'>

/** The context in which calls of a server's tools are decided, or undefined where the release declares no such server. */
export function mcpContext(context: RequestContext, server: string): RequestContext | undefined {
  return mcpServerOf(context.release.manifest, server) === undefined ? undefined : context
}

export interface ToolListDecision {
  readonly judged: readonly McpJudgement[]
  readonly instructions: string | undefined
}

/**
 * A descriptor is a text from outside that the model reads: it is refused when it is not the release's, and when the guard
 * stops it or finds an instruction to the model in it.
 */
export function decideTools(
  context: RequestContext,
  server: string,
  { descriptors, instructions }: { readonly descriptors: readonly JsonObject[]; readonly instructions?: string },
  ports: JudgePorts & { readonly sha256: Sha256; readonly now: EpochMs },
): ToolListDecision {
  const { release } = context
  const isDriftWaived = openWaiver(release.mcpDriftWaivers ?? [], ports.now) !== undefined
  const judged = judgeMcpDescriptors({ ...release, isDriftWaived }, server, descriptors, ports.sha256).map(
    (judgement): McpJudgement => {
      if (!judgement.ok) return judgement
      const { descriptor } = judgement.value
      const text = JSON.stringify(descriptor)
      const guarded = judgeDocument(context, text, ports)
      const name = String(descriptor['name'])
      const isInstructing = guarded.text !== text && guarded.findings.some(({ category }) => category === 'injection')
      if (guarded.text === undefined || isInstructing)
        return { ok: false, failure: { rule: 'mcp/drift', reason: 'the guard stopped its description', name } }
      if (instructsModel(descriptor))
        return { ok: false, failure: { rule: 'mcp/instructs', reason: 'its description instructs the model', name } }
      const left = JSON.parse(guarded.text) as JsonObject
      return { ok: true, value: { ...judgement.value, descriptor: { ...left, name } } }
    },
  )
  const guarded = instructions === undefined ? undefined : judgeDocument(context, instructions, ports)
  const isPlain = guarded?.findings.every(({ category }) => category !== 'injection') === true
  return { judged, instructions: isPlain ? guarded?.text : undefined }
}

interface DocumentJudgement {
  /** Undefined: stopped. */
  readonly text: string | undefined
  readonly action: Obligation
  readonly findings: readonly PlacedFinding[]
}

const stops = (action: Obligation): boolean => heavier(action, 'require-approval') === action

/** A text from outside, as what may be passed on of it. */
export function judgeDocument(
  { release, subject }: Pick<RequestContext, 'release' | 'subject'>,
  text: string,
  { classify, pseudonyms, reports = [] }: JudgePorts & { readonly reports?: readonly DetectorReport[] | undefined },
): DocumentJudgement & { readonly guarded: string; readonly rule: string } {
  const options: GuardOptions = {
    classify,
    pseudonym: (category, value) => pseudonyms.pseudonym(subject, category, value),
  }
  const own = guardDocument(text, release.guard.document, options)
  const judgement = raiseJudgement(own, text, reports)
  const isStopped = stops(judgement.action)
  const stoppedBy = stops(own.action) ? judgement.findings[0] : judgement.findings[own.findings.length]
  return {
    text: isStopped ? undefined : judgement.text,
    guarded: own.text,
    rule: stoppedBy?.detector ?? 'guard/document',
    action: judgement.action,
    findings: judgement.findings.map((finding) => ({ ...finding, where: 'result' })),
  }
}

export interface ResultDecision {
  readonly action: Obligation
  /** What detectors beside the guard are asked about. */
  readonly parts: readonly JudgedPart[]
  readonly findings: readonly PlacedFinding[]
  /** Undefined: nothing of it may be passed on. */
  readonly result: JsonObject | undefined
  readonly rule: string | undefined
}

const PARTS_MAX = 1_000

/**
 * What a tool answers is a document from outside: each text of it is judged, and so is what lies across texts; images and
 * recordings are passed only where the release's models take their kind and nothing is found in their bytes, and the session is from then on what the tool's label says, which is untrusted unless
 * the release says otherwise.
 */
export function decideMcpResult(
  context: RequestContext,
  toolId: string,
  result: JsonObject,
  { reports, ...ports }: JudgePorts & { readonly reports?: Reports | undefined },
): ResultDecision {
  const tool = context.release.manifest.components.tools?.find(({ id }) => id === toolId)
  keepLabel(context, labelOfResult(tool), ports.sessions)
  const total: { action: Obligation; findings: PlacedFinding[]; rule: string | undefined } = {
    action: 'allow',
    findings: [],
    rule: undefined,
  }
  const parts: JudgedPart[] = []
  const judge: JudgeText = (text, as = 'text') => {
    const where = `result:${parts.length}`
    const judged = judgeDocument(context, text, { ...ports, reports: reports?.get(where) })
    parts.push({ where, side: 'document', text: as === 'frame' ? '' : judged.guarded })
    total.action = heavier(total.action, judged.action)
    total.findings.push(...judged.findings)
    // SECURITY: what a detector takes out of JSON takes all of it, and nothing is left that could be passed on as JSON.
    const isGone = as !== 'text' && judged.text !== judged.guarded
    if (judged.text !== undefined && !isGone) return judged.text
    total.rule ??= judged.rule
    return undefined
  }
  const { content, ...rest } = result
  const judgedRest = judgeJson(rest, judge)
  const given = Array.isArray(content) ? (content as readonly Json[]) : content === undefined ? [] : undefined
  if (given === undefined || given.length > PARTS_MAX) total.rule ??= 'mcp/result'
  const judgedParts = (given ?? []).slice(0, PARTS_MAX).map((part) => judgePart(part, context.release, judge))
  if (judgedParts.includes(undefined)) total.rule ??= 'mcp/content'
  // Clients put the texts of a result together for their model.
  const texts = judgedParts.flatMap(saidIn).map((text) => ({ text, isJoined: false }))
  const run = { where: 'result', side: 'document', texts } as const
  const seams = judgeSeams(seamWindows([run]), context.release, ports)
  total.findings.push(...seams.findings)
  total.action = heavier(total.action, seams.action)
  if (stops(seams.action)) total.rule ??= seams.blockedBy ?? 'guard/document'
  if (total.rule !== undefined || !isJsonObject(judgedRest))
    return { action: 'block', findings: total.findings, parts, result: undefined, rule: total.rule ?? 'mcp/result' }
  return {
    action: total.action,
    parts,
    findings: total.findings,
    rule: undefined,
    result: { ...judgedRest, ...(content === undefined ? {} : { content: judgedParts as readonly Json[] }) },
  }
}

/**
 * With `guard.opaque` a model behind this gateway does not read the result, or its request is labelled by what it reads; who
 * else calls tools in the session may have read all of it.
 */
function keepLabel({ release, sessionKey }: RequestContext, label: Label, sessions: SessionStore): void {
  if (release.manifest.guard?.opaque === undefined) raiseMarks(sessions, sessionKey, label)
  else if (sessionKey !== undefined) sessions.raiseUnread(sessionKey, ranksOf(label))
}

/** What is left of a text; undefined: it is stopped. Nobody wrote anything in a frame, so that no detector is asked about it. */
type JudgeText = (text: string, as?: 'text' | 'json' | 'frame') => string | undefined

function judgeJson(value: Json, judge: JudgeText): Json | undefined {
  const left = judge(JSON.stringify(value), isFrame(value) ? 'frame' : 'json')
  return left === undefined ? undefined : (JSON.parse(left) as Json)
}

const CONTENT_TYPES = new Set<Json>(['text', 'resource', 'resource_link', 'image', 'audio'])

/** Only what the protocol itself says. */
function isFrame(value: Json): boolean {
  if (!isJsonObject(value)) return false
  return Object.entries(value).every(([name, member]) =>
    name === 'type' ? CONTENT_TYPES.has(member ?? null) : name === 'isError' && typeof member === 'boolean',
  )
}

/** The part as it may be passed on; undefined: it may not. */
function judgePart(part: Json, release: ServedRelease, judge: JudgeText): Json | undefined {
  if (!isJsonObject(part)) return undefined
  switch (part['type']) {
    case 'text': {
      const { text, ...rest } = part
      if (typeof text !== 'string') return undefined
      const left = judge(text)
      const around = judgeJson(rest, judge)
      return left === undefined || !isJsonObject(around) ? undefined : { ...around, text: left }
    }
    case 'resource': {
      const { resource, ...rest } = part
      if (!isJsonObject(resource) || typeof resource['text'] !== 'string' || resource['blob'] !== undefined)
        return undefined
      const { text, ...around } = resource
      const left = judge(text as string)
      const outer = judgeJson({ ...rest, resource: around }, judge)
      if (left === undefined || !isJsonObject(outer) || !isJsonObject(outer['resource'])) return undefined
      return { ...outer, resource: { ...outer['resource'], text: left } }
    }
    case 'resource_link':
      return judgeJson(part, judge)
    case 'image':
    case 'audio':
      return judgeMedia(part, part['type'], release, judge)
    default:
      return undefined
  }
}

// oxlint-disable-next-line max-params -- a part, what it says it is, and who says what may pass
function judgeMedia(
  part: JsonObject,
  type: 'image' | 'audio',
  release: ServedRelease,
  judge: JudgeText,
): Json | undefined {
  const { data, ...rest } = part
  const { mimeType: kind } = rest
  const isTaken = release.manifest.components.models.some(({ modalities = ['text', 'image'] }) =>
    modalities.includes(type),
  )
  if (!isTaken || typeof data !== 'string' || typeof kind !== 'string' || !kind.startsWith(`${type}/`)) return undefined
  const said = textOfMedia(kind, data)
  const around = judgeJson(rest, judge)
  if (!said.ok || !isJsonObject(around) || around['mimeType'] !== kind) return undefined
  // Nothing can be taken out of it.
  return said.value === '' || judge(said.value) === said.value ? { ...around, data } : undefined
}

/** The text that a judged part says. */
function saidIn(part: Json | undefined): readonly string[] {
  if (!isJsonObject(part)) return []
  const { text, resource } = part
  if (typeof text === 'string') return [text]
  return isJsonObject(resource) && typeof resource['text'] === 'string' ? [resource['text']] : []
}
