import { ingestSegment } from '../../../application/respond/ingest-segment.ts'
import { askToolApproval, decideToolApproval } from '../../../application/respond/tool-approvals.ts'
import type { Digest } from '../../../base/digest.ts'
import { ok } from '../../../base/result.ts'
import { epochMs } from '../../../base/instant.ts'
import { listOf } from '../list-records.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { GATEWAYS_OPERATIONS } from '../../../contract/http/operations/gateways.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** What gateways hand in. */
export const GATEWAYS_HANDLERS: HandlersOf<typeof GATEWAYS_OPERATIONS> = {
  askToolApproval: ({ node }, principal, input) =>
    askToolApproval(node, principal, {
      ...input,
      releaseDigest: input.releaseDigest as Digest,
      digest: input.digest as Digest,
      expiresAt: epochMs(input.expiresAt),
    }),
  listGateways: async ({ gateways }) => ok({ items: gateways.list() }),
  listToolApprovals: ({ node }, _, input) => listOf(node, 'tool_approvals', input),
  decideToolApproval: ({ node }, principal, input) => decideToolApproval(node, principal, input),
  ingestSegment: ({ node }, principal, input) =>
    ingestSegment(node, principal, { ...input, lines: input.lines as unknown as readonly JsonObject[] }),
}
