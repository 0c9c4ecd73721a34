import OpenAI from 'openai'
import type { CaseSubject } from '../../../src/entrypoints/sdk/index.ts'
import { runTool, type Effects } from './backend.ts'
import type { AppRelease } from './project.ts'

export interface AgentOptions {
  readonly release: AppRelease
  readonly gatewayUrl: string
  readonly apiKey: string
  readonly subjectToken: (subject: CaseSubject & { readonly session: string }) => Promise<string>
  readonly today: string
  /** Text that a compromised backend adds to whatever its tools return; for red teaming. */
  readonly toolNote?: string | undefined
}

export interface AgentReply {
  readonly text: string
  readonly citations: readonly string[]
  /** Set when the gateway refused. */
  readonly blocked: { readonly code: string; readonly rule: string } | null
}

export interface Conversation {
  say(text: string, signal?: AbortSignal): Promise<AgentReply>
  readonly effects: Effects
}

const STEPS_MAX = 6
const SAFE_TEXT =
  'I am sorry, I cannot help with that request. You can ask me about our products and your own orders, or I can hand you over to a colleague.'
type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam

/** A support agent that talks to its model through the gateway and knows nothing of guards. */
export class SupportAgent {
  readonly #options: AgentOptions
  readonly #client: OpenAI

  constructor(options: AgentOptions) {
    this.#options = options
    this.#client = new OpenAI({ baseURL: options.gatewayUrl, apiKey: options.apiKey, maxRetries: 0 })
  }

  startConversation(subject: CaseSubject, session: string): Conversation {
    const effects: Effects = { toolCalls: [], records: [] }
    const { promptTemplate } = this.#options.release
    const system = promptTemplate.replaceAll('{{today}}', this.#options.today).replaceAll('{{locale}}', 'English')
    let history: Message[] = [{ role: 'system', content: system }]
    return {
      effects,
      say: async (text, signal) => {
        const attempt: Message[] = [...history, { role: 'user', content: text }]
        const reply = await this.#answer(attempt, { subject, session, effects, signal })
        // A refused turn is forgotten, so that it cannot spoil the ones after it.
        if (reply.blocked === null) history = attempt
        return reply
      },
    }
  }

  async #answer(
    messages: Message[],
    turn: {
      readonly subject: CaseSubject
      readonly session: string
      readonly effects: Effects
      readonly signal: AbortSignal | undefined
    },
  ): Promise<AgentReply> {
    const { release, subjectToken, toolNote } = this.#options
    let tools = release.tools
    for (let step = 0; step < STEPS_MAX; step++) {
      const token = await subjectToken({ ...turn.subject, session: turn.session })
      let completion: OpenAI.Chat.Completions.ChatCompletion
      try {
        completion = await this.#client.chat.completions.create(
          {
            model: release.model,
            messages,
            tools: tools.map((tool) => ({ type: 'function' as const, function: tool })),
          },
          { headers: { 'Gatehouse-Subject': token }, signal: turn.signal },
        )
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal === undefined) throw error
        // A withheld tool call need not end the conversation: the model is asked again without that tool.
        if (refusal.code === 'tool_call_denied' && tools.some(({ name }) => name === refusal.tool)) {
          tools = tools.filter(({ name }) => name !== refusal.tool)
          continue
        }
        return { text: SAFE_TEXT, citations: [], blocked: refusal }
      }
      const message = completion.choices[0]?.message
      if (message === undefined) throw new Error('the gateway answered without a choice')
      messages.push(message)
      const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
      if (calls.length === 0)
        return { text: message.content ?? '', citations: citationsOf(message.content ?? ''), blocked: null }
      for (const call of calls) {
        const args = JSON.parse(call.function.arguments === '' ? '{}' : call.function.arguments) as Record<
          string,
          unknown
        >
        const result = runTool(release, turn.subject, turn.effects, { name: call.function.name, args })
        messages.push({
          role: 'tool',
          tool_call_id: call.id,
          content: JSON.stringify(toolNote === undefined ? result : { ...result, note: toolNote }),
        })
      }
    }
    return { text: 'I could not finish that in a few steps. Shall I open a ticket?', citations: [], blocked: null }
  }
}

/** Codes by which the gateway refuses; a provider that fails is a fault, and no evidence of anything. */
const DENIALS = new Set([
  'content_filter',
  'release_not_approved',
  'tool_call_denied',
  'approval_required',
  'system_halted',
  'subject_required',
])

/** Denials of the gateway are answers to the customer; anything else is a fault. */
function refusalOf(error: unknown): { code: string; rule: string; tool: string | undefined } | undefined {
  if (!(error instanceof OpenAI.APIError) || !DENIALS.has(String(error.code))) return undefined
  return {
    code: String(error.code ?? error.status),
    tool: error.param ?? undefined,
    rule: /\(rule ([^,)]{1,200})/.exec(error.message)?.[1] ?? 'unknown',
  }
}

function citationsOf(text: string): readonly string[] {
  return [...text.matchAll(/\[([a-z]{2}-[a-z0-9-]{2,60})\]/g)].map((match) => match[1] ?? '')
}
