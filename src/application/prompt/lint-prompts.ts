import { parseTemplate, type PromptTemplate } from '../../domain/manifest/prompt-template.ts'
import type { Slot } from '../../domain/manifest/manifest.ts'
import { lintPrompt, type PromptFinding } from '../../domain/prompt/lint-prompt.ts'
import type { Release } from '../../domain/release/release.ts'
import type { BuiltinResult } from '../evaluation/builtin-checks.ts'

/** Tokens of each text, as the model's tokenizer cuts it. */
export type CountTokens = (model: string, texts: readonly string[]) => Promise<readonly number[]>

export interface PromptLint {
  readonly id: string
  readonly path: string
  /** Tokens of the filled prompt at most. */
  readonly tokensBound: number
  readonly tokensMax: number | null
  readonly findings: readonly PromptFinding[]
}

/** Every prompt of a release, linted; tokens are counted for the model that is given it, the first where nobody says. */
export async function lintPrompts(release: Release, count: CountTokens): Promise<readonly PromptLint[]> {
  const { prompts = [], agents = [], models } = release.manifest.components
  const linted: PromptLint[] = []
  for (const { id, path, slots = {}, tokensMax } of prompts) {
    const text = release.prompts[id] ?? ''
    const template = parseTemplate(text, slots)
    const user = agents.find((agent) => agent.prompts?.includes(id) === true)?.model
    const model = models.find((candidate) => candidate.id === user) ?? models[0]
    const parts = template.ok ? template.value : { literals: [text], slots: [] }
    const tokensBound = await tokensBoundOf(parts, (texts) => count(model?.model ?? '', texts))
    linted.push({
      id,
      path,
      tokensBound,
      tokensMax: tokensMax ?? null,
      findings: lintPrompt({ id, text, slots, tokensBound, tokensMax }),
    })
  }
  return linted
}

/** The lint as evidence: errors fail it, warnings do not. */
export async function checkPrompts(release: Release, count: CountTokens): Promise<BuiltinResult> {
  const linted = await lintPrompts(release, count)
  const failures = linted.flatMap(({ id, path, findings }) =>
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, line, message }) => ({
        id: `${id}:${line}:${rule}`,
        file: path,
        line,
        why: `${rule}: ${message}`,
        risks: rule === 'secret' ? ['LLM02', 'LLM07'] : ['LLM01'],
      })),
  )
  return { failures, looked: linted.length }
}

const CHARS: Readonly<Record<'int' | 'date' | 'uuid', number>> = { int: 16, date: 10, uuid: 36 }

/**
 * Tokens that a filled prompt takes at most: its literals as they are counted, each slot at its longest. A free text counts
 * one token a character, which is more than any text in a language takes.
 */
async function tokensBoundOf(
  { literals, slots }: PromptTemplate,
  count: (texts: readonly string[]) => Promise<readonly number[]>,
): Promise<number> {
  let bound = (await count(literals)).reduce((sum, tokens) => sum + tokens, 0)
  for (const { slot } of slots)
    bound += slot.type === 'enum' ? Math.max(0, ...(await count(slot.values))) : charsOf(slot)
  return bound
}

function charsOf(slot: Exclude<Slot, { readonly type: 'enum' }>): number {
  return slot.type === 'text' || slot.type === 'pattern' ? slot.maxLength : CHARS[slot.type]
}
