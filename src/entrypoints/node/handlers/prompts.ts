import { promotePrompt, rollBackPrompt } from '../../../application/prompt/move-label.ts'
import { findPromptVersion, promptVersions } from '../../../application/prompt/prompt-registry.ts'
import { windowOf } from '../../../application/state/records-page.ts'
import type { PROMPTS_OPERATIONS } from '../../../contract/http/operations/prompts.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Prompts by version and label. */
export const PROMPTS_HANDLERS: HandlersOf<typeof PROMPTS_OPERATIONS> = {
  listPrompts: async ({ node }, _, { system, ...page }) =>
    windowOf(await promptVersions(node, system), ({ promptId, digest }) => `${promptId} ${digest}`, page),
  getPrompt: ({ node }, _, input) => findPromptVersion(node, input),
  promotePrompt: ({ node }, principal, input) => promotePrompt(node, principal, input),
  rollBackPrompt: ({ node }, principal, input) => rollBackPrompt(node, principal, input),
}
