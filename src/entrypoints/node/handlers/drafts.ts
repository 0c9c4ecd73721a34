import { decideDraft, recordDraft } from '../../../application/draft/drafts.ts'
import type { Digest } from '../../../base/digest.ts'
import { fail, ok } from '../../../base/result.ts'
import { parseDraftContent } from '../../../contract/draft/draft-content.ts'
import type { DRAFTS_OPERATIONS } from '../../../contract/http/operations/drafts.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** What models drafted, until a person decides on it. */
export const DRAFTS_HANDLERS: HandlersOf<typeof DRAFTS_OPERATIONS> = {
  recordDraft: async ({ node }, principal, input) => {
    const content = parseDraftContent(input.kind, input.content)
    if (!content.ok) return content
    return recordDraft(node, principal, {
      ...input,
      content: content.value,
      promptDigest: input.promptDigest as Digest,
    })
  },
  getDraft: async ({ node }, _, { id }) => {
    const record = await node.store.get('drafts', id)
    return record === undefined
      ? fail({ code: 'draft/unknown', message: `no draft \`${id}\` is known`, next: 'see `gatehouse draft list`' })
      : ok(record.document)
  },
  listDrafts: ({ node }, _, input) => listOf(node, 'drafts', input),
  decideDraft: ({ node }, principal, input) => decideDraft(node, principal, input),
}
