import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { askModel } from '../providers/ask-model.ts'
import { soleUpstream } from '../providers/transport/sole-upstream.ts'

export interface DraftModel {
  readonly baseUrl: string
  readonly model: string
  readonly apiKey: string | undefined
}

const TOKENS_MAX = 8_000

/** Asks an OpenAI-compatible endpoint once. */
export async function askDraftModel(
  { baseUrl, model, apiKey }: DraftModel,
  prompt: { readonly system: string; readonly user: string },
  signal: AbortSignal,
): Promise<Result<string, Problem>> {
  const { transport, targetOf } = soleUpstream(baseUrl, apiKey)
  try {
    const reply = await askModel(
      transport,
      {
        protocol: 'openai-chat',
        model,
        messages: [
          { role: 'system', text: prompt.system },
          { role: 'user', parts: [{ kind: 'text', text: prompt.user }] },
        ],
        tools: [],
        choices: 1,
        isStream: false,
        includeUsage: false,
        settings: {},
        // Fields of the protocol go to the endpoint as they are.
        extra: { max_completion_tokens: TOKENS_MAX, temperature: 0 },
      },
      [targetOf(model)],
      signal,
    )
    if (reply.kind === 'answer') return ok(reply.answer.choices[0]?.text ?? '')
    return fail({
      code: 'draft/model-failed',
      message:
        reply.kind === 'rejected'
          ? `the model refused: ${reply.message}`
          : reply.kind === 'unavailable' || reply.kind === 'incomplete'
            ? `the model gave no answer: ${reply.reason}`
            : 'the model answered in another form than asked for',
      next: 'check GATEHOUSE_DRAFT_URL, GATEHOUSE_DRAFT_MODEL and the key',
    })
  } finally {
    await transport.close()
  }
}
