// The loop of model and tools. It talks to the gateway and knows nothing of guards, but takes a refusal as an answer.
import type { CaseSubject } from 'gatehouse/sdk'
import { loadTools, runTool, type Effects } from './backend.ts'
import { systemPrompt, MODEL } from './settings.ts'

export interface AgentOptions {
  readonly gatewayUrl: string
  readonly apiKey: string
  readonly subjectToken: (subject: CaseSubject & { readonly session: string }) => Promise<string>
  /** Those of the release that is proven or compared; without them, what the settings say. */
  readonly model?: string | undefined
  readonly prompt?: string | undefined
}

export interface AgentReply {
  readonly text: string
  readonly citations: readonly string[]
  /** Set when the gateway refused. */
  readonly blocked: { readonly code: string; readonly rule: string } | null
}

interface ToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string }

const STEPS_MAX = 6
const SAFE_TEXT = 'I am sorry, I cannot help with that request.'

/** Codes by which the gateway refuses; anything else that is no answer is a fault, and no evidence of anything. */
const DENIALS: ReadonlySet<string> = new Set([
  'content_filter',
  'release_not_approved',
  'tool_call_denied',
  'approval_required',
  'system_halted',
  'subject_required',
])

export class Agent {
  readonly #options: AgentOptions
  readonly #tools = loadTools()

  constructor(options: AgentOptions) {
    this.#options = options
  }

  /** One conversation of one verified person. */
  async converse(
    turns: readonly string[],
    subject: CaseSubject & { readonly session: string },
    signal: AbortSignal,
  ): Promise<AgentReply & { readonly effects: Effects }> {
    const effects: Effects = { toolCalls: [], records: [] }
    let history: readonly Message[] = [{ role: 'system', content: systemPrompt(this.#options.prompt) }]
    let reply: AgentReply = { text: '', citations: [], blocked: null }
    let blocked: AgentReply['blocked'] = null
    for (const turn of turns) {
      const attempt: Message[] = [...history, { role: 'user', content: turn }]
      reply = await this.#answer(attempt, { subject, effects, signal })
      // A refused turn is forgotten, so that it cannot spoil the ones after it.
      if (reply.blocked === null) history = attempt
      blocked ??= reply.blocked
    }
    return { ...reply, blocked, effects }
  }

  async #answer(
    messages: Message[],
    turn: {
      readonly subject: CaseSubject & { readonly session: string }
      readonly effects: Effects
      readonly signal: AbortSignal
    },
  ): Promise<AgentReply> {
    let tools = this.#tools
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const answer = await this.#complete(messages, tools, turn)
      if (answer.kind === 'refused') {
        // A withheld tool call need not end the conversation: the model is asked again without that tool.
        if (answer.code === 'tool_call_denied' && tools.some(({ name }) => name === answer.tool)) {
          tools = tools.filter(({ name }) => name !== answer.tool)
          continue
        }
        return { text: SAFE_TEXT, citations: [], blocked: { code: answer.code, rule: answer.rule } }
      }
      messages.push({
        role: 'assistant',
        content: answer.content,
        ...(answer.calls.length === 0 ? {} : { tool_calls: answer.calls }),
      })
      if (answer.calls.length === 0) {
        const text = answer.content ?? ''
        return { text, citations: citationsOf(text), blocked: null }
      }
      for (const call of answer.calls) {
        const args = JSON.parse(call.function.arguments === '' ? '{}' : call.function.arguments) as Record<
          string,
          unknown
        >
        const result = runTool(turn.subject, turn.effects, { name: call.function.name, args })
        messages.push({ role: 'tool', tool_call_id: call.id, content: JSON.stringify(result) })
      }
    }
    return { text: 'I could not finish that in a few steps.', citations: [], blocked: null }
  }

  async #complete(
    messages: readonly Message[],
    tools: ReturnType<typeof loadTools>,
    { subject, signal }: { readonly subject: CaseSubject & { readonly session: string }; readonly signal: AbortSignal },
  ): Promise<
    | { readonly kind: 'answered'; readonly content: string | null; readonly calls: readonly ToolCall[] }
    | { readonly kind: 'refused'; readonly code: string; readonly rule: string; readonly tool: string | undefined }
  > {
    const response = await fetch(`${this.#options.gatewayUrl}/chat/completions`, {
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#options.apiKey}`,
        'gatehouse-subject': await this.#options.subjectToken(subject),
      },
      body: JSON.stringify({
        model: this.#options.model ?? MODEL,
        messages,
        ...(tools.length === 0
          ? {}
          : { tools: tools.map(({ name, parameters }) => ({ type: 'function', function: { name, parameters } })) }),
      }),
    })
    const body = (await response.json()) as {
      readonly choices?: readonly {
        readonly message: { readonly content: string | null; readonly tool_calls?: readonly ToolCall[] }
      }[]
      readonly error?: { readonly code?: string | null; readonly message?: string; readonly param?: string | null }
    }
    const message = body.choices?.[0]?.message
    if (response.ok && message !== undefined)
      return { kind: 'answered', content: message.content, calls: message.tool_calls ?? [] }
    const code = body.error?.code ?? ''
    if (!DENIALS.has(code))
      throw new Error(`the gateway answered ${response.status}: ${body.error?.message ?? 'no message'}`)
    const rule = /\(rule ([^,)]{1,200})/.exec(body.error?.message ?? '')?.[1] ?? 'unknown'
    return { kind: 'refused', code, rule, tool: body.error?.param ?? undefined }
  }
}

function citationsOf(text: string): readonly string[] {
  return [...text.matchAll(/\[([a-z][a-z0-9-]{2,60})\]/g)].map((match) => match[1] ?? '')
}
