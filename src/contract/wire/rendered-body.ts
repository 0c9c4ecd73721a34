import { z } from 'zod'
import type { Protocol } from '../../application/gateway/model-request.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { failureOf, type WireFailure } from './wire-failure.ts'

const ask = z.strictObject({
  prompt: z.string().min(1).max(64),
  variables: z
    .record(z.string().max(64), z.union([z.string().max(100_000), z.number(), z.boolean()]))
    .default({})
    .refine((variables) => Object.keys(variables).length <= 64, 'must hold 64 variables at most'),
})

/** A request of mode `render`: which prompt, with what in it; the rest of the body is as its protocol has it. */
export interface RenderAsk {
  readonly prompt: string
  readonly variables: Readonly<Record<string, string>>
  readonly rest: JsonObject
}

/** Undefined: the body asks for nothing to be rendered. */
export function parseRenderAsk(body: unknown): Result<RenderAsk, WireFailure> | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'gatehouse')) return undefined
  const { gatehouse, ...rest } = body as JsonObject
  const parsed = ask.safeParse(gatehouse)
  if (!parsed.success) {
    const failure = failureOf(parsed.error)
    return fail({ ...failure, param: failure.param === null ? 'gatehouse' : `gatehouse.${failure.param}` })
  }
  const variables = Object.fromEntries(
    Object.entries(parsed.data.variables).map(([name, value]) => [name, String(value)]),
  )
  return ok({ prompt: parsed.data.prompt, variables, rest })
}

/** The body with the rendered prompt where its protocol has it, for the model of the release. */
export function renderedBody(protocol: Protocol, rest: JsonObject, text: string, model: string): JsonObject {
  switch (protocol) {
    case 'openai-chat': {
      const messages = Array.isArray(rest['messages']) ? (rest['messages'] as readonly JsonObject[]) : []
      return { ...rest, model, messages: [{ role: 'system', content: text }, ...messages] }
    }
    case 'openai-responses':
      return { ...rest, model, instructions: text }
    case 'anthropic-messages':
      return { ...rest, model, system: text }
  }
}

/** Whether the body brings instructions of its own beside the prompt that is to be rendered. */
export function hasOwnInstructions(rest: JsonObject): boolean {
  if (rest['instructions'] !== undefined || rest['system'] !== undefined) return true
  const lists = [rest['messages'], rest['input']].filter((list) =>
    Array.isArray(list),
  ) as readonly (readonly unknown[])[]
  return lists.some((list) =>
    list.some(
      (message) =>
        isJsonObject(message as never) && ['system', 'developer'].includes(String((message as JsonObject)['role'])),
    ),
  )
}
