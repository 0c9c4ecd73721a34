import { promotePrompt, rollBackPrompt } from '../../../application/prompt/move-label.ts'
import { findPromptVersion, promptVersions } from '../../../application/prompt/prompt-registry.ts'
import { ok } from '../../../base/result.ts'
import type { PROMPTS_OPERATIONS } from '../../../contract/http/operations/prompts.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Prompts by version and label. */
export const PROMPTS_HANDLERS: HandlersOf<typeof PROMPTS_OPERATIONS> = {
  listPrompts: async ({ node }, _, { system }) => ok({ items: await promptVersions(node, system) }),
  getPrompt: ({ node }, _, input) => findPromptVersion(node, input),
  promotePrompt: ({ node }, principal, input) => promotePrompt(node, principal, input),
  rollBackPrompt: ({ node }, principal, input) => rollBackPrompt(node, principal, input),
}
