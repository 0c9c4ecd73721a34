import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { authorizeToolCall, type ToolDecision } from '../../src/domain/authorization/authorize-tool-call.ts'
import type { Tool } from '../../src/domain/manifest/manifest.ts'
import type { ToolResult } from '../../src/domain/session/conversation.ts'
import { guardedManifest } from './guarded-manifest.ts'

const engine = celEngine()

/** What a tool answered: text as it stands, everything else as JSON. */
export function answered(tool: string, answer: Json, args: JsonObject = {}): ToolResult {
  const isText = typeof answer === 'string'
  return { tool, text: isText ? answer : JSON.stringify(answer), value: isText ? undefined : answer, arguments: args }
}

export const toolOf = (id: string, effect: Tool['effect'], more: Partial<Tool> = {}): Tool => ({
  id,
  schema: 's',
  effect,
  ...more,
})

export interface JudgedCall {
  readonly name: string
  readonly args: JsonObject
  /** The user's messages, in order. */
  readonly users: string | readonly string[]
  readonly results: readonly ToolResult[]
  readonly schemas?: Readonly<Record<string, JsonObject>>
}

/** Judges calls by the rules alone: of a verified end user, after untrusted results with data of the tenant. */
export function callJudge(tools: readonly Tool[]): (call: JudgedCall) => ToolDecision {
  const manifest = { ...guardedManifest(), components: { models: [], tools: [...tools] } }
  return ({ name, args, users, results, schemas = {} }) =>
    authorizeToolCall(
      { id: 'c', name, arguments: JSON.stringify(args) },
      {
        manifest,
        deniedTools: new Set(),
        subject: { tenant: 't', principal: 'p', roles: [], session: 's', email: 'me@own.example' },
        label: { integrity: 'untrusted', confidentiality: 'tenant' },
        userTexts: typeof users === 'string' ? [users] : users,
        schemaOf: (tool) => schemas[tool],
        toolResults: results,
        pastCalls: results.map(({ tool, arguments: given }, at) => ({
          id: `p${at}`,
          name: tool,
          arguments: JSON.stringify(given),
        })),
        sessionCalls: {},
        dayCalls: () => 0,
        engine,
        checkArguments: () => undefined,
      },
    )
}
