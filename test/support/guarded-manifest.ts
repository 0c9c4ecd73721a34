import type { Manifest, Tool } from '../../src/domain/manifest/manifest.ts'

/** Tools of every effect, with and without a label on what they return. */
export const TOOLS: readonly Tool[] = [
  {
    id: 'lookup_order',
    schema: 'tools/lookup_order.json',
    effect: 'read',
    result: { integrity: 'curated', confidentiality: 'tenant' },
  },
  { id: 'search_web', schema: 'tools/search_web.json', effect: 'read' },
  {
    id: 'read_salary',
    schema: 'tools/read_salary.json',
    effect: 'read',
    result: { integrity: 'trusted', confidentiality: 'restricted' },
  },
  { id: 'save_note', schema: 'tools/save_note.json', effect: 'write' },
  { id: 'issue_refund', schema: 'tools/issue_refund.json', effect: 'irreversible' },
  { id: 'send_email', schema: 'tools/send_email.json', effect: 'external' },
]

/** A manifest with these tools and nothing else of note; an override replaces the tool of its id. */
export function guardedManifest(...overrides: readonly (Partial<Tool> & { readonly id: string })[]): Manifest {
  return {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'AISystem',
    metadata: { name: 'support-assistant', version: '1.0.0', owner: 'team-support' },
    intake: { purpose: 'answer', audience: 'customers', domain: 'general', dataClasses: ['pii'], autonomy: 'acts' },
    components: {
      models: [{ id: 'main', provider: 'openai', model: 'gpt-4.1-mini-2025-04-14' }],
      tools: TOOLS.map((tool) => ({ ...tool, ...overrides.find(({ id }) => id === tool.id) })),
    },
    environments: { local: {} },
  }
}
