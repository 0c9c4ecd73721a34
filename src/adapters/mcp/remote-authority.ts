import { request } from 'undici'
import type { z } from 'zod'
import type { McpAuthority, McpDenial } from '../../application/gateway/mcp-authority.ts'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { callAnswer, endAnswer, textAnswer, toolsAnswer } from '../../contract/http/mcp-decision.ts'

export interface RemoteAuthorityOptions {
  readonly gateway: string
  readonly apiKey: string
  readonly server: string
  /** The end user's token, read anew for each question: it lives for minutes. Null: there should be one, and is not. */
  readonly subject: () => Promise<string | null | undefined>
  readonly log: (line: string) => void
}

const TIMEOUT_MS = 30_000
const ANSWER_CHARS_MAX = 16 * 1_048_576

/** A gateway elsewhere as the one who decides. Where it does not answer, nothing passes. */
export function remoteAuthority(options: RemoteAuthorityOptions): McpAuthority {
  const ask = <Answer>(path: string, question: unknown, schema: z.ZodType<Answer>): Promise<Result<Answer, string>> =>
    askGateway(options, path, question, schema)
  return {
    async judgeTools(descriptors, instructions) {
      const answer = await ask('tools', { descriptors, instructions }, toolsAnswer)
      if (answer.ok) return { instructions: undefined, ...answer.value }
      options.log(answer.failure)
      return { offered: [], refused: [], instructions: undefined }
    },
    async judgeCall(question) {
      const answer = await ask('calls', question, callAnswer)
      if (!answer.ok) return { kind: 'denied', denial: unanswered(answer.failure) }
      if (answer.value.kind === 'denied') return answer.value
      const { call, arguments: made } = answer.value
      return {
        kind: 'allowed',
        arguments: made,
        async finish(end) {
          const ended = await ask(`calls/${call}`, end, endAnswer)
          // The tool has been called, but nobody has said that its result may pass.
          return ended.ok ? ended.value : { kind: 'denied', denial: unanswered(ended.failure) }
        },
      }
    },
    async judgeText(text) {
      const answer = await ask('text', { text }, textAnswer)
      return answer.ok ? (answer.value.text ?? undefined) : undefined
    },
  }
}

function unanswered(message: string): McpDenial {
  return { code: 'audit_unavailable', rule: 'mcp/gateway', message, request: 'none' }
}

// oxlint-disable-next-line max-params -- where, what, and how its answer is read
async function askGateway<Answer>(
  { gateway, apiKey, server, subject }: RemoteAuthorityOptions,
  path: string,
  question: unknown,
  schema: z.ZodType<Answer>,
): Promise<Result<Answer, string>> {
  try {
    const token = await subject()
    if (token === null) return fail('the token of the end user cannot be read')
    const { statusCode, body } = await request(`${gateway}/v1/mcp/${server}/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        ...(token === undefined ? {} : { 'gatehouse-subject': token }),
      },
      body: JSON.stringify(question),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const json = parseJson(await body.text(), ANSWER_CHARS_MAX)
    if (statusCode !== 200) return fail(`the gateway answered ${statusCode}`)
    const parsed = json.ok ? schema.safeParse(json.value) : undefined
    return parsed?.success === true ? ok(parsed.data) : fail('the gateway answered in a way that cannot be read')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return fail('the gateway cannot be reached')
  }
}
