import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { AnswerToolCall } from '../../../application/gateway/model-event.ts'
import type { Digest } from '../../../base/digest.ts'
import { MINUTE_MS } from '../../../base/instant.ts'
import { canonicalJson, isJsonObject, parseJson, type Json, type JsonObject } from '../../../base/json.ts'
import { describeCall } from '../../../domain/authorization/approval-ticket.ts'
import type { ToolDecision } from '../../../domain/authorization/authorize-tool-call.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type { GatewayPorts } from '../gateway-ports.ts'

const EXPIRES_MIN = 15
const ARGUMENTS_CHARS_MAX = 100_000
const TEXT_CHARS_MAX = 20_000
/** Whose word counts where only a rule of a policy pack asks for an approval. */
const RULE_ROLES = ['approver']

export interface WaitingCalls {
  readonly context: RequestContext
  readonly request: string
  readonly tools: readonly ToolDecision[]
  readonly calls: readonly AnswerToolCall[]
  readonly binding: string | undefined
  readonly answer: string
}

/**
 * Puts the calls of one answer before people; gives the ticket to come back with. Undefined where there is nobody to
 * ask, no session that it could be bound to, or no role that may decide on all of the calls.
 */
export async function askPeople(ports: GatewayPorts, waiting: WaitingCalls): Promise<string | undefined> {
  const { context, tools, calls, binding, answer } = waiting
  const { admitted, release, subject, sessionKey } = context
  if (ports.approvals === undefined || binding === undefined || sessionKey === undefined) return undefined
  const asked = tools.filter(({ decision }) => decision === 'require-approval')
  const [first] = asked
  const rights = asked.map(({ tool }) => approvalOf(context, tool))
  const roles = (rights[0]?.roles ?? []).filter((role) => rights.every((right) => right.roles.includes(role)))
  if (first === undefined || roles.length === 0) return undefined
  const texts = tools.flatMap(({ tool, decision }, index) =>
    decision === 'require-approval' ? [describe(context, tool, calls[index])] : [],
  )
  return ports.approvals.ask({
    system: admitted.system,
    environment: admitted.environment,
    releaseDigest: release.digest as Digest,
    tool: first.tool,
    roles,
    text: texts.join('\n').slice(0, TEXT_CHARS_MAX).toWellFormed(),
    tenant: subject?.tenant ?? '',
    request: waiting.request,
    binding,
    owner: [admitted.organization, admitted.system, admitted.environment, subject?.tenant ?? '']
      .map(encodeURIComponent)
      .join('/'),
    lifeMs: Math.min(...rights.map(({ expiresMin }) => expiresMin)) * MINUTE_MS,
    answer,
  })
}

function approvalOf(
  { release }: RequestContext,
  tool: string,
): { readonly roles: readonly string[]; readonly expiresMin: number } {
  const declared = release.manifest.components.tools?.find(({ id }) => id === tool)?.approval
  return { roles: declared?.roles ?? RULE_ROLES, expiresMin: declared?.expiresMin ?? EXPIRES_MIN }
}

function describe({ release }: RequestContext, tool: string, call: AnswerToolCall | undefined): string {
  const effect = release.manifest.components.tools?.find(({ id }) => id === tool)?.effect ?? 'external'
  return describeCall(tool, effect, argumentsOf(call?.arguments ?? ''))
}

function argumentsOf(text: string): JsonObject {
  const json = parseJson(text === '' ? '{}' : text, ARGUMENTS_CHARS_MAX)
  return json.ok && isJsonObject(json.value) ? json.value : {}
}

/** What makes a request to a model the same request. Undefined where it has no canonical form. */
export function bindingOfRequest(
  { admitted, sessionKey }: Pick<RequestContext, 'admitted' | 'sessionKey'>,
  { model, messages, tools, choices }: ModelRequest,
): string | undefined {
  return bindingOf(admitted, sessionKey, ['request', model, plain(messages), plain(tools), choices])
}

/** What makes one call of a tool the same call. */
export function bindingOfCall(
  { admitted, sessionKey }: Pick<RequestContext, 'admitted' | 'sessionKey'>,
  tool: string,
  args: string,
): string | undefined {
  const json = parseJson(args === '' ? '{}' : args, ARGUMENTS_CHARS_MAX)
  return json.ok ? bindingOf(admitted, sessionKey, ['call', tool, json.value as Json]) : undefined
}

function bindingOf(
  { organization, system, environment }: RequestContext['admitted'],
  sessionKey: string | undefined,
  what: Json,
): string | undefined {
  if (sessionKey === undefined) return undefined
  const text = canonicalJson([organization, system, environment, sessionKey, what])
  return text.ok ? text.value : undefined
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
