import type { JsonObject } from '../../base/json.ts'
import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import type { DetectorReport } from '../../domain/guardrail/detector.ts'
import { GUARD_SIDES } from '../../domain/manifest/manifest.ts'
import type { DetectorRunner } from '../guard/run-detectors.ts'
import type { AdmittedSystem } from './admitted-system.ts'
import {
  decideCompletion,
  judgedCallParts,
  judgedParts,
  type CompletionDecision,
  type DecideCompletionPorts,
} from './decide-completion.ts'
import {
  decideEmbeddings,
  decideRequest,
  type CarriedText,
  type Denial,
  type DecideRequestPorts,
  type JudgedRequest,
  type RequestContext,
  type RequestDecision,
} from './decide-request.ts'
import { decideMcpResult, type JudgePorts, type ResultDecision } from './decide-mcp.ts'
import type { AnswerChoice, AnswerToolCall } from './model-event.ts'
import type { JudgedPart, Reports } from './judged-part.ts'

/** What a gateway holds for a release beside its bundle: what its environment must give. */
export interface ReleaseGuard {
  /** Prompts, and the secrets that the manifest names. */
  readonly leak: LeakIndex
  /** Undefined: the manifest declares no detectors. */
  readonly runDetectors: DetectorRunner | undefined
  /** Why the release cannot be guarded here: its requests are refused. */
  readonly problem: string | undefined
}

export interface DetectorCall {
  readonly guard: (context: RequestContext) => ReleaseGuard
  readonly signal: AbortSignal
}

/**
 * The decision on a request with what the release's detectors say. They are asked only about what the guard lets through, as it
 * left it; then the request is decided again with their reports, which only raise.
 */
export function decideRequestWithDetectors(
  request: JudgedRequest,
  admitted: AdmittedSystem,
  ports: DecideRequestPorts,
  call: DetectorCall,
): RequestDecision | Promise<RequestDecision> {
  return decidedWithDetectors((own) => decideRequest(request, admitted, own), ports, call)
}

/** The same for texts that are turned into numbers. */
export function decideEmbeddingsWithDetectors(
  request: Parameters<typeof decideEmbeddings>[0],
  admitted: AdmittedSystem,
  { carried, ...ports }: DecideRequestPorts & { readonly carried: readonly CarriedText[] },
  call: DetectorCall,
): RequestDecision | Promise<RequestDecision> {
  return decidedWithDetectors((own) => decideEmbeddings(request, carried, admitted, own), ports, call)
}

/** Why nothing may be served of a release whose guard cannot run here. */
export function unguarded({ problem }: ReleaseGuard): Denial | undefined {
  return problem === undefined
    ? undefined
    : { status: 403, code: 'release_not_approved', message: problem, rule: 'admission/guard' }
}

/** At hand where no detector has to be asked. */
function decidedWithDetectors(
  decide: (ports: DecideRequestPorts) => RequestDecision,
  ports: DecideRequestPorts,
  { guard, signal }: DetectorCall,
): RequestDecision | Promise<RequestDecision> {
  const own = decide(ports)
  if (own.kind === 'deny') return own
  const held = guard(own.context)
  const denial = unguarded(held)
  const { releaseDigest, score, findings } = own
  if (denial !== undefined) return { kind: 'deny', releaseDigest, action: 'block', score, findings, denial }
  const { runDetectors } = held
  if (runDetectors === undefined) return own
  return reportsOn(own.parts, runDetectors, signal).then((reports) => decide({ ...ports, reports }))
}

/** The decision on an answer with what the release's detectors say of its texts and of the arguments of its calls. */
export function decideCompletionWithDetectors(
  context: RequestContext,
  choices: readonly AnswerChoice[],
  ports: DecideCompletionPorts,
  { guard, signal }: DetectorCall,
): CompletionDecision | Promise<CompletionDecision> {
  const { leak, runDetectors } = guard(context)
  const own = ports.leak === leak ? ports : { ...ports, leak }
  if (runDetectors === undefined) return decideCompletion(context, choices, own)
  return reportsOn(judgedParts(context, choices, own), runDetectors, signal).then((reports) =>
    decideCompletion(context, choices, { ...own, reports }),
  )
}

/** The decision on what an MCP tool answered; detectors are asked about nothing that is stopped anyway. */
// oxlint-disable-next-line max-params -- a result, whose it is, and who is asked about it
export async function decideMcpResultWithDetectors(
  context: RequestContext,
  { tool, result }: { readonly tool: string; readonly result: JsonObject },
  ports: JudgePorts,
  { guard, signal }: DetectorCall,
): Promise<ResultDecision> {
  const own = decideMcpResult(context, tool, result, ports)
  const { runDetectors } = guard(context)
  if (runDetectors === undefined || own.result === undefined) return own
  return decideMcpResult(context, tool, result, { ...ports, reports: await reportsOn(own.parts, runDetectors, signal) })
}

/** The ports of a decision on one call, with what the release's detectors say of its arguments. */
export async function portsWithReportsOn(
  context: RequestContext,
  call: AnswerToolCall,
  ports: DecideCompletionPorts,
  { guard, signal }: DetectorCall,
): Promise<DecideCompletionPorts> {
  const { runDetectors } = guard(context)
  if (runDetectors === undefined) return ports
  return { ...ports, reports: await reportsOn(judgedCallParts(context, call, ports), runDetectors, signal) }
}

/** What the detectors of a release say of texts, by `where`. */
export async function reportsOn(
  parts: readonly JudgedPart[],
  runDetectors: DetectorRunner,
  signal: AbortSignal,
): Promise<Reports> {
  const asked = parts.filter(({ text }) => text !== '')
  const reports = new Map<string, readonly DetectorReport[]>()
  await Promise.all(
    GUARD_SIDES.map(async (side) => {
      const own = asked.filter((part) => part.side === side)
      const said = await runDetectors(
        own.map(({ text }) => text),
        side,
        signal,
      )
      for (const [index, { where }] of own.entries()) reports.set(where, said[index] ?? [])
    }),
  )
  return reports
}
