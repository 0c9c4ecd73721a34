import { z } from 'zod'
import { canonicalJson, type Json } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { ConversationMessage, Subject, ToolCall } from '../../domain/session/conversation.ts'

const text = z.string().max(4_000_000)
const name = z.string().min(1).max(200)
const call = z.looseObject({
  id: z.string().max(200),
  name,
  arguments: z.union([text, z.record(z.string(), z.json())]),
})

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: text.nullish() }),
  z.looseObject({ role: z.literal('user'), content: text.nullish() }),
  z.looseObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z.array(call).max(200).nullish(),
  }),
  z.looseObject({
    role: z.literal('tool'),
    content: text.nullish(),
    tool_call_id: z.string().max(200),
    name: name.optional(),
  }),
])

const trace = z.looseObject({
  id: z.string().min(1).max(500),
  messages: z.array(message).min(1).max(5_000),
  subject: z
    .strictObject({
      tenant: z.string(),
      principal: z.string(),
      roles: z.array(z.string()),
      email: z.string().optional(),
    })
    .optional(),
})

/** A recorded agent run: its messages in order, and on whose behalf it ran. */
export interface Trace {
  readonly id: string
  readonly messages: readonly ConversationMessage[]
  readonly subject: Subject
}

/** The run's end user where the trace names none: somebody verified, with no address that a destination could match. */
const RECORDED: Subject = { tenant: 'recorded', principal: 'recorded', roles: [], session: 'recorded' }

export function parseTrace(value: unknown): Result<Trace, string> {
  const parsed = trace.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail(`\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`)
  }
  const { id, messages, subject } = parsed.data
  return ok({
    id,
    messages: messages.map(toMessage),
    subject: subject === undefined ? RECORDED : { ...subject, session: id },
  })
}

function toMessage(wire: z.infer<typeof message>): ConversationMessage {
  const content = wire.content ?? ''
  switch (wire.role) {
    case 'system':
    case 'developer':
      return { role: 'system', text: content }
    case 'user':
      return { role: 'user', text: content }
    case 'tool':
      return { role: 'tool', callId: wire.tool_call_id, text: content }
    case 'assistant':
      // The recording is the application's own: its assistant messages count as the gateway's.
      return { role: 'assistant', text: content, toolCalls: (wire.tool_calls ?? []).map(toCall), isSigned: true }
  }
}

function toCall(wire: z.infer<typeof call>): ToolCall {
  const canonical = typeof wire.arguments === 'string' ? undefined : canonicalJson(wire.arguments as Json)
  return {
    id: wire.id,
    name: wire.name,
    arguments: canonical === undefined ? (wire.arguments as string) : canonical.ok ? canonical.value : '',
  }
}
