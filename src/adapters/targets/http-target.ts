import { isJsonObject, parseJson, type Json, type JsonObject } from '../../base/json.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { TrialOutcome, TrialRequest, TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { renderDeep } from '../../contract/suite/template.ts'
import type { Observation } from '../../domain/evaluation/suite.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { argumentsOf } from './chat-conversation.ts'
import { failureOfStatus, isFromCache, type Exchange } from './http-exchange.ts'
import { compileJsonPath, type JsonPath } from './json-path.ts'
import type { TargetPorts } from './target-ports.ts'

type HttpConfig = Extract<TargetConfig, { readonly type: 'http' }>

const TIMEOUT_SECONDS = 60
const BODY_CHARS_MAX = 8 * 1_048_576
const DEFAULT_BODY: Json = { prompt: '{{prompt}}' }

/** Any HTTP endpoint: a template makes the request of each turn, JSONPath finds the parts of the answer. */
export function httpTarget(config: HttpConfig, ports: TargetPorts): TrialTarget {
  const { method = 'POST', url, body = DEFAULT_BODY as never } = config
  const headers: Record<string, string> = { 'content-type': 'application/json', ...config.headers }
  for (const [name, variable] of Object.entries(config.headersFrom ?? {}))
    headers[name] = ports.environment[variable] ?? ''
  const parts = answerParts(config)
  const ask = async (variables: JsonObject, signal: AbortSignal): ReturnType<TargetPorts['http']['send']> =>
    ports.http.send(
      {
        url: encodedUrl(url, variables),
        method,
        headers,
        body: method === 'GET' ? null : JSON.stringify(renderDeep(body as Json, variables).value),
        timeoutMs: (config.timeoutSeconds ?? TIMEOUT_SECONDS) * SECOND_MS,
      },
      signal,
    )
  return {
    identity: config as unknown as JsonObject,
    isSimulated: config.isSimulated ?? false,
    async run(request, signal): Promise<TrialOutcome> {
      const { suiteCase } = request
      const startedMs = monotonicMs()
      const messages: { role: string; content: string }[] = [...(suiteCase.history ?? [])]
      let [latencyMs, isCached] = [0, false]
      let observation: Observation | undefined
      for (const turn of suiteCase.turns) {
        messages.push({ role: 'user', content: turn })
        const sent = await ask(variablesOf(request, turn, messages), signal)
        if (!sent.ok) return { kind: 'failed', failure: sent.failure }
        const failure = failureOfStatus(sent.exchange)
        if (failure !== undefined) return { kind: 'failed', failure }
        const read = observe(parts, sent.exchange)
        if (typeof read === 'string') return { kind: 'failed', failure: { kind: 'malformed', message: read } }
        observation = observation === undefined ? read : joined(observation, read)
        messages.push({ role: 'assistant', content: read.reply })
        latencyMs += sent.exchange.latencyMs
        isCached ||= isFromCache(sent.exchange.headers)
      }
      return {
        kind: 'observed',
        observation: {
          ...(observation as Observation),
          timing: { latencyMs, lagMs: ports.lag.since(startedMs), isCached },
        },
      }
    },
    close: async () => undefined,
  }
}

// oxlint-disable-next-line max-params -- the request, its turn, and what was said so far
function variablesOf({ suiteCase, trial }: TrialRequest, prompt: string, messages: readonly JsonObject[]): JsonObject {
  const { id, system, subject, variables, fixtures } = suiteCase
  return {
    ...variables,
    prompt,
    messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...messages],
    system: system ?? '',
    session: `${id}-${trial}`,
    case: { id },
    subject: subject as unknown as JsonObject,
    fixtures: fixtures ?? {},
  }
}

/** Effects of the whole conversation, words of its last turn. */
function joined(before: Observation, last: Observation): Observation {
  return { ...last, blocked: before.blocked ?? last.blocked, toolCalls: [...before.toolCalls, ...last.toolCalls] }
}

interface AnswerParts {
  readonly replyPath: string
  readonly reply: JsonPath
  readonly blocked: JsonPath
  readonly toolCalls: JsonPath
  readonly citations: JsonPath
  readonly passages: JsonPath | undefined
}

const NOTHING: JsonPath = () => []

/** Where the parts of an answer stand. */
function answerParts({ reply, blocked, toolCalls, citations, passages }: HttpConfig): AnswerParts {
  const compiled = (path: string | undefined): JsonPath => (path === undefined ? NOTHING : compileJsonPath(path))
  return {
    replyPath: reply,
    reply: compileJsonPath(reply),
    blocked: compiled(blocked),
    toolCalls: compiled(toolCalls),
    citations: compiled(citations),
    passages: passages === undefined ? undefined : compileJsonPath(passages),
  }
}

/** The observation in an answer, or why there is none. */
function observe(parts: AnswerParts, { body }: Exchange): Observation | string {
  const parsed = parseJson(body, BODY_CHARS_MAX)
  if (!parsed.ok) return `the answer is no JSON: ${parsed.failure.message}`
  const blocked = parts.blocked(parsed.value).find((value) => value !== null && value !== false && value !== '')
  const [reply] = parts.reply(parsed.value)
  if (reply === undefined && blocked === undefined) return `nothing stands at \`${parts.replyPath}\` of the answer`
  return {
    reply: reply === undefined || reply === null ? '' : typeof reply === 'string' ? reply : JSON.stringify(reply),
    blocked: blocked === undefined ? null : { code: 'blocked', rule: String(blocked).slice(0, 100) },
    toolCalls: flat(parts.toolCalls(parsed.value)).flatMap(callOf),
    records: [],
    citations: flat(parts.citations(parsed.value)).map(String),
    ...(parts.passages === undefined ? {} : { passages: flat(parts.passages(parsed.value)).map(passageOf) }),
  }
}

/** A path may find the list or each of its parts. */
function flat(values: readonly Json[]): readonly Json[] {
  return values.flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]))
}

function callOf(value: Json): readonly Observation['toolCalls'][number][] {
  if (typeof value === 'string') return [{ name: value, args: {} }]
  if (!isJsonObject(value)) return []
  const call = isJsonObject(value['function']) ? value['function'] : value
  const name = call['name']
  return typeof name === 'string' ? [{ name, args: argumentsOf(call['arguments'] ?? call['args'] ?? {}) }] : []
}

function passageOf(value: Json, at: number): { readonly id: string; readonly text: string } {
  if (!isJsonObject(value))
    return { id: String(at + 1), text: typeof value === 'string' ? value : JSON.stringify(value) }
  const [id, text] = [value['id'] ?? at + 1, value['text'] ?? value['content'] ?? '']
  return { id: String(id), text: typeof text === 'string' ? text : JSON.stringify(text) }
}

/** Values in the address are encoded: no case leads the request elsewhere. */
function encodedUrl(url: string, variables: JsonObject): string {
  if (!url.includes('{{')) return url
  return url.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (place) =>
    encodeURIComponent(String(renderDeep(place, variables).value)),
  )
}
