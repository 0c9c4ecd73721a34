import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import {
  CHOICES_MAX,
  TOOL_CALLS_MAX,
  textOfReasoning,
  type AnswerChoice,
  type AnswerToolCall,
  type ModelAnswer,
} from '../../application/gateway/model-event.ts'
import { finishReasonOf } from '../wire/event-decoder.ts'
import { chatUsage, usageOfChat } from './chat-usage.ts'
import { usualChatAnswer } from './usual-chat-answer.ts'

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function').nullish(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
})
const usage = z.looseObject({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) })

const completion = z.looseObject({
  id: z.string(),
  model: z.string(),
  created: z.number(),
  choices: z
    .array(
      z.looseObject({
        index: z.int().min(0),
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          reasoning: z.string().nullish(),
          tool_calls: z.array(toolCall).max(TOOL_CALLS_MAX).nullish(),
          // SECURITY: no guard reads sound or the call shape of old; an answer in them is none.
          audio: z.null().optional(),
          function_call: z.null().optional(),
        }),
        finish_reason: z.string(),
      }),
    )
    .min(1)
    .max(CHOICES_MAX),
  usage: usage.nullish(),
})

/** Undefined when the provider's answer is no chat completion. */
export function parseChatAnswer(body: unknown): ModelAnswer | undefined {
  return usualChatAnswer(body) ?? parseAnswerBySchema(body)
}

/** The same of any body. */
export function parseAnswerBySchema(body: unknown): ModelAnswer | undefined {
  const parsed = completion.safeParse(body)
  if (!parsed.success) return undefined
  const { id, model, created, choices, usage: used } = parsed.data
  return {
    id,
    model,
    created,
    choices: choices.map(({ index, message, finish_reason: reason }) => {
      const reasoning = message.reasoning_content ?? message.reasoning ?? ''
      return {
        index,
        text: message.content ?? '',
        refusal: message.refusal ?? null,
        reasoning: reasoning === '' ? [] : [{ kind: 'text', text: reasoning, seal: null }],
        toolCalls: (message.tool_calls ?? []).map((call) => ({
          id: call.id,
          name: call.function.name,
          arguments: call.function.arguments,
        })),
        finishReason: finishReasonOf(reason),
      }
    }),
    usage: usageOfChat(used),
  }
}

/** The answer as a chat completion. */
export function chatAnswerBody({ id, model, created, choices, usage: used }: ModelAnswer): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: choices.map((choice) => ({
      index: choice.index,
      message: messageOf(choice),
      logprobs: null,
      finish_reason: choice.finishReason,
    })),
    usage: used === undefined ? undefined : chatUsage(used),
  }
}

function messageOf({ text, refusal, reasoning, toolCalls }: AnswerChoice): JsonObject {
  return {
    role: 'assistant',
    content: toolCalls.length > 0 && text === '' ? null : text,
    refusal,
    reasoning_content: textOfReasoning(reasoning),
    tool_calls: toolCalls.length > 0 ? toolCalls.map(chatToolCall) : undefined,
  }
}

function chatToolCall(call: AnswerToolCall): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}
