import { MINUTE_MS, epochMs } from '../../base/instant.ts'
import { parseJson, type JsonObject } from '../../base/json.ts'
import { secretHash, type IdentityNode } from './identity-node.ts'

const LIFE_MS = { 'login-link': 15 * MINUTE_MS, 'command-line': 2 * MINUTE_MS } as const
export type CodePurpose = keyof typeof LIFE_MS

/** A code that works once and soon ends; only its hash is kept. */
export async function newCode(node: IdentityNode, purpose: CodePurpose, content: JsonObject): Promise<string> {
  const code = node.newSecret()
  await node.identity.codes.put({
    hash: secretHash(node.sha256, code),
    purpose,
    content: JSON.stringify(content),
    expiresAt: epochMs(node.clock() + LIFE_MS[purpose]),
  })
  return code
}

export async function takeCode(
  node: IdentityNode,
  purpose: CodePurpose,
  code: string,
): Promise<JsonObject | undefined> {
  const content = await node.identity.codes.take(secretHash(node.sha256, code), purpose, node.clock())
  if (content === undefined) return undefined
  const parsed = parseJson(content, 100_000)
  return parsed.ok ? (parsed.value as JsonObject) : undefined
}
