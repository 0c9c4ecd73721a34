import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { NamedAgent } from '../../application/gateway/agent-run.ts'
import type { ModelMessage } from '../../application/gateway/model-request.ts'
import type { AnswerToolCall } from '../../application/gateway/model-event.ts'
import { parseChatMessages } from '../openai/chat-request.ts'
import { failureOf, tooDeep, type WireFailure } from '../wire/wire-failure.ts'

const TEXTS_MAX = 1_000

const guardRequest = z
  .strictObject({
    direction: z.enum(['input', 'document', 'output']).default('input'),
    text: z.string().max(1_000_000).optional(),
    texts: z
      .array(z.strictObject({ id: z.string().max(200), text: z.string().max(1_000_000) }))
      .min(1)
      .max(TEXTS_MAX)
      .optional(),
  })
  .refine(({ text, texts }) => (text === undefined) !== (texts === undefined), 'must hold either `text` or `texts`')

export interface GuardQuestion {
  readonly direction: 'input' | 'document' | 'output'
  readonly texts: readonly { readonly id: string; readonly text: string }[]
  readonly isList: boolean
}

/** `POST /v1/guard`: what the release's guard says about texts. */
export function parseGuardQuestion(body: unknown): Result<GuardQuestion, WireFailure> {
  const parsed = guardRequest.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const { direction, text, texts } = parsed.data
  return ok({ direction, texts: texts ?? [{ id: '', text: text ?? '' }], isList: texts !== undefined })
}

const callRequest = z.strictObject({
  tool: z.string().min(1).max(200),
  callId: z.string().max(200).optional(),
  arguments: z.union([z.string().max(1_000_000), z.record(z.string(), z.json())]).default({}),
  messages: z.array(z.unknown()).max(2_000).optional(),
  agent: z.strictObject({ id: z.string().min(1).max(200), depth: z.int().min(0).max(100).optional() }).optional(),
})

export interface CallQuestion {
  readonly call: AnswerToolCall
  readonly messages: readonly ModelMessage[]
  /** Which agent of the manifest is about to make the call, and how many agents stand above it. */
  readonly agent: NamedAgent | undefined
}

/** `POST /v1/authorize`: whether a call of a tool may be made; the conversation in the shape of chat completions. */
export function parseCallQuestion(body: unknown): Result<CallQuestion, WireFailure> {
  const deep = tooDeep(body)
  if (deep !== undefined) return fail(deep)
  const parsed = callRequest.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const { tool, callId = '', arguments: args, messages, agent } = parsed.data
  const read = messages === undefined ? ok([]) : parseChatMessages(messages)
  if (!read.ok) return read
  return ok({
    call: { id: callId, name: tool, arguments: typeof args === 'string' ? args : JSON.stringify(args as JsonObject) },
    messages: read.value,
    agent,
  })
}
