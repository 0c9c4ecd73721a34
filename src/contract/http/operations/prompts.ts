import { z } from 'zod'
import { cursor, document, limit, operation, pageOfItems, system } from '../operation.ts'

const prompt = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
const label = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)
const environment = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)
/** A digest, its beginning, or a label. */
const reference = z.string().min(1).max(80)
const note = z.string().max(2_000)

/** Prompts by version and label. */
export const PROMPTS_OPERATIONS = {
  listPrompts: operation({
    method: 'GET',
    path: '/systems/{system}/prompts',
    summary: 'Versions of the prompts of a system, newest first, with their labels',
    access: 'read',
    input: z.object({ system, limit, cursor }),
    output: pageOfItems,
  }),
  getPrompt: operation({
    method: 'GET',
    path: '/systems/{system}/prompts/{prompt}/versions/{reference}',
    summary: 'One version of a prompt by digest, its beginning, or a label',
    access: 'read',
    input: z.object({ system, prompt, reference }),
    output: document,
  }),
  promotePrompt: operation({
    method: 'POST',
    path: '/systems/{system}/prompts/{prompt}/labels/{label}',
    summary: 'Point a label at a version that passed its gate',
    access: 'engineer',
    input: z.object({ system, prompt, label, reference, environment, note }),
    output: document,
  }),
  rollBackPrompt: operation({
    method: 'POST',
    path: '/systems/{system}/prompts/{prompt}/labels/{label}/rollback',
    summary: 'Take a label back to what it pointed at before',
    access: 'engineer-or-responder',
    input: z.object({ system, prompt, label, note }),
    output: document,
  }),
} as const
