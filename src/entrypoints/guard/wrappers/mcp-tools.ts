import { canonicalJson, type Json, type JsonObject } from '../../../base/json.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import { sha256Pure } from '../../../base/sha256.ts'
import { instructsModel } from '../../../domain/authorization/instructing-descriptor.ts'
import { descriptorPin } from '../../../domain/authorization/mcp-pins.ts'
import type { Guard } from '../guard-setup.ts'
import { isWithholding } from '../denial-of.ts'
import { isFields, type Fields } from './content.ts'

export interface RefusedTool {
  /** The server's own name of the tool. */
  readonly name: string
  readonly rule: string
  readonly reason: string
}

/** The pin of a descriptor as it came over the wire; `none` where it is not JSON. */
export function pinOf(descriptor: Fields): string {
  const canonical = canonicalJson(JSON.parse(JSON.stringify(descriptor)) as Json)
  return canonical.ok ? descriptorPin(JSON.parse(canonical.value) as JsonObject, sha256Pure) : 'none'
}

interface Judged {
  readonly name: string
  readonly inputSchema: JsonObject
  readonly [key: string]: unknown
}

/**
 * A descriptor is a text from outside that the model reads: it is refused when it is not the one that was pinned, when an
 * instruction to the model stands in it, or when its name could be taken for another's.
 */
export function judgeDescriptor(
  descriptor: Fields,
  { guard, server, pinned, pin }: { guard: Guard; server: string; pinned: string | undefined; pin: string },
): Result<Judged, RefusedTool> {
  const raw = String(descriptor['name'])
  const refuse = (rule: string, reason: string) => fail({ name: raw, rule, reason })
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(raw))
    return refuse('mcp/name', 'its name is not letters, digits, `_` and `-`, 32 at most')
  if (pinned === undefined) return refuse('mcp/not-pinned', 'no pin names it')
  if (pinned !== pin || pin === 'none') return refuse('mcp/drift', 'its descriptor is not the one that was pinned')
  const text = JSON.stringify(descriptor)
  const judgement = guard.document(text)
  const injection = judgement.findings.find(({ category }) => category === 'injection')
  const isChanged = judgement.text !== text
  if (isWithholding(judgement.action) || (isChanged && injection !== undefined))
    return refuse(
      injection?.detector ?? judgement.findings[0]?.detector ?? 'guard/document',
      'its description was stopped by the guard',
    )
  if (instructsModel(JSON.parse(text) as Json)) return refuse('mcp/instructs', 'its description instructs the model')
  const judged = (isChanged ? JSON.parse(judgement.text) : descriptor) as Fields
  const { inputSchema } = judged
  return ok({
    ...judged,
    name: `${server}__${raw}`,
    inputSchema: (isFields(inputSchema) ? inputSchema : {}) as JsonObject,
  })
}
