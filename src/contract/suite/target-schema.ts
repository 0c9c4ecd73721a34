import parseJsonPath from 'jsonpath-rfc9535/parser'
import { z } from 'zod'

const url = z
  .string()
  .max(2_000)
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'must be an http(s) URL')
/** Names of environment variables: a target file holds no secret. */
const variable = z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'must name an environment variable')
const price = z.strictObject({
  /** Dollars for a million tokens. */
  inputPerMillion: z.number().min(0).max(10_000),
  outputPerMillion: z.number().min(0).max(10_000),
})
const common = {
  timeoutSeconds: z.number().min(0.1).max(3_600).optional(),
  isSimulated: z.boolean().optional(),
}
const model = {
  ...common,
  model: z.string().min(1).max(200),
  baseUrl: url.optional(),
  apiKeyFrom: variable.optional(),
  system: z.string().max(100_000).optional(),
  parameters: z.record(z.string().max(100), z.json()).optional(),
  price: price.optional(),
  /** Requests of one trial, tool answers included. */
  stepsMax: z.int().min(1).max(50).optional(),
}
const path = z.string().min(1).max(512)
const jsonPath = z.string().max(500).refine(isJsonPath, 'must be a JSONPath (RFC 9535), for example `$.reply`')

function isJsonPath(text: string): boolean {
  try {
    parseJsonPath(text)
    return true
  } catch (error) {
    // The parser says so by an exception of its own, which has the name of the built-in one.
    if (error instanceof Error && error.name === 'SyntaxError') return false
    throw error
  }
}

/** Where a suite's cases go. */
export const targetSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('openai'), ...model }),
    z.strictObject({ type: z.literal('anthropic'), ...model }),
    z.strictObject({
      type: z.literal('http'),
      ...common,
      url,
      method: z.enum(['POST', 'GET', 'PUT']).optional(),
      headers: z.record(z.string().max(100), z.string().max(4_000)).optional(),
      /** Header values from environment variables. */
      headersFrom: z.record(z.string().max(100), variable).optional(),
      /** `{{prompt}}`, `{{messages}}`, `{{case.id}}`, `{{session}}`, variables of the case. */
      body: z.json().optional(),
      /** JSONPath (RFC 9535) of the parts of the answer. */
      reply: jsonPath,
      toolCalls: jsonPath.optional(),
      passages: jsonPath.optional(),
      citations: jsonPath.optional(),
      blocked: jsonPath.optional(),
    }),
    z.strictObject({
      type: z.literal('mcp'),
      ...common,
      command: z.string().min(1).max(500).optional(),
      args: z.array(z.string().max(2_000)).max(100).optional(),
      url: url.optional(),
      tool: z.string().min(1).max(200),
      arguments: z.record(z.string().max(100), z.json()),
    }),
    z.strictObject({
      type: z.literal('command'),
      ...common,
      command: z.string().min(1).max(500),
      args: z.array(z.string().max(2_000)).max(100).optional(),
      /** `text`: standard output is the reply; `json`: it is an observation. */
      output: z.enum(['text', 'json']).optional(),
    }),
    z.strictObject({ type: z.literal('function'), ...common, module: path, export: z.string().max(100).optional() }),
    z.strictObject({ type: z.literal('cassette'), path }),
    z.strictObject({ type: z.literal('echo'), delayMs: z.number().min(0).max(60_000).optional() }),
  ])
  .meta({ id: 'https://gatehouse.dev/schemas/target.schema.json', title: 'Gatehouse evaluation target' })

export type TargetConfig = z.infer<typeof targetSchema>
