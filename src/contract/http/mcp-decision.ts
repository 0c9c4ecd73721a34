import { z } from 'zod'
import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'

const json = z.json() as z.ZodType<Json>
const object = z.record(z.string(), json) as z.ZodType<JsonObject>
const text = z.string().max(1_000_000)

/** What a proxy in front of an MCP server asks its gateway, and what it is told; each way in its own schema. */
const offeredToolSchema = z.strictObject({
  name: z.string().max(200),
  descriptor: object,
  seal: z.string().max(200),
})

export const toolsQuestion = z.strictObject({
  descriptors: z.array(object).max(1_000),
  instructions: text.optional(),
})

export const toolsAnswer = z.object({
  offered: z.array(offeredToolSchema),
  refused: z.array(z.object({ name: z.string(), rule: z.string(), reason: z.string() })),
  instructions: z.string().optional(),
})

export const callQuestion = z.strictObject({
  name: z.string().max(200),
  arguments: object,
  offered: offeredToolSchema.optional(),
  messages: z.array(z.unknown()).max(2_000).optional(),
  approval: z.string().max(500).optional(),
})

const denial = z.object({
  code: z.string(),
  rule: z.string(),
  message: z.string(),
  request: z.string(),
  approval: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
})

export const callAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('allowed'), call: z.string(), arguments: object.optional() }),
  z.object({ kind: z.literal('denied'), denial }),
])

export const endQuestion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('result'), result: object }),
  z.strictObject({ kind: z.literal('error'), code: z.number(), message: text }),
  z.strictObject({ kind: z.literal('gone') }),
  z.strictObject({ kind: z.literal('broken'), reason: text }),
])

export const endAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), result: object }),
  z.object({ kind: z.literal('error'), code: z.number(), message: z.string() }),
  z.object({ kind: z.literal('denied'), denial }),
])

export const textQuestion = z.strictObject({ text })
export const textAnswer = z.object({ text: z.string().nullable() })

/** The question, or where it cannot be read. */
export function parseQuestion<Question>(schema: z.ZodType<Question>, body: unknown): Result<Question, string> {
  const parsed = schema.safeParse(body)
  return parsed.success ? ok(parsed.data) : fail(parsed.error.issues[0]?.path.join('.') ?? '')
}
