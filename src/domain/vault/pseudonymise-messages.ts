import { isJsonObject, isNestedDeeper, parsedJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { guardDocument } from '../guardrail/guard-document.ts'
import type { SidePolicy } from '../guardrail/guard-policy.ts'
import { NONE_DEGRADES } from '../guardrail/on-error.ts'
import type { Confidentiality } from '../manifest/manifest.ts'
import type { ConversationMessage } from '../session/conversation.ts'
import { kindName, LITERAL_KIND, replaceTokens } from './token.ts'
import type { Vault, VaultScope } from './vault.ts'

const DEPTH_MAX = 64
const PERSONAL_DATA: SidePolicy = {
  injection: { at: 1.1, action: 'allow' },
  pii: 'pseudonymise',
  softPii: 'allow',
  content: undefined,
  rules: undefined,
  grounding: undefined,
  onError: NONE_DEGRADES,
  secrets: 'allow',
  promptLeak: 'allow',
  links: undefined,
}

/**
 * Replaces recognised personal data by tokens in every message alike: system, user, assistant, tool results and the arguments
 * of tool calls. Text that merely looks like a token gets a token of its own, so that typing one restores nothing.
 * What cannot be kept is redacted for good. Fails with `vault/not-judged` when a message is too long or too deep to look at.
 */
export function pseudonymiseMessages(
  messages: readonly ConversationMessage[],
  vault: Vault,
  scope: VaultScope,
  confidentiality: Confidentiality = 'tenant',
): Result<readonly ConversationMessage[], Problem> {
  const stand = (kind: string, value: string, level: Confidentiality): string =>
    vault.tokenFor(scope, kind, value, level) ?? `[${kindName(kind)}]`
  const protect = (text: string): string => replaceTokens(text, (literal) => stand(LITERAL_KIND, literal, 'public'))
  let isJudged = true
  const change = (text: string): string => {
    const judgement = guardDocument(mapTexts(text, protect), PERSONAL_DATA, {
      pseudonym: (kind, value) => stand(kind, value, confidentiality),
    })
    if (judgement.action === 'block') isJudged = false
    return judgement.text
  }
  const changed = messages.map((message): ConversationMessage => {
    if (message.role !== 'assistant') return { ...message, text: change(message.text) }
    const toolCalls = message.toolCalls.map((call) => ({ ...call, arguments: change(call.arguments) }))
    return { ...message, text: change(message.text), toolCalls }
  })
  if (!isJudged)
    return fail({ code: 'vault/not-judged', message: 'a message is too long, too deep or not well-formed to look at' })
  return ok(changed)
}

/** The texts inside a JSON document, escapes decoded; any other text as a whole. */
function mapTexts(text: string, change: (text: string) => string): string {
  const json = jsonOf(text)
  if (json === undefined || isNestedDeeper(json, DEPTH_MAX)) return change(text)
  let isChanged = false
  const changeOne = (leaf: string): string => {
    const result = change(leaf)
    if (result !== leaf) isChanged = true
    return result
  }
  const walk = (value: Json): Json => {
    if (typeof value === 'string') return changeOne(value)
    if (Array.isArray(value)) return (value as readonly Json[]).map(walk)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [changeOne(key), item === undefined ? item : walk(item)]),
    )
  }
  const mapped = walk(json)
  return isChanged ? JSON.stringify(mapped) : text
}

const JSON_CHARS_MAX = 1_000_000

function jsonOf(text: string): Json | undefined {
  return text.length > JSON_CHARS_MAX || !/^\s*[[{]/.test(text) ? undefined : parsedJson(text)
}
