import { ingestSegment } from '../../../application/respond/ingest-segment.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { GATEWAYS_OPERATIONS } from '../../../contract/http/operations/gateways.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** What gateways hand in. */
export const GATEWAYS_HANDLERS: HandlersOf<typeof GATEWAYS_OPERATIONS> = {
  ingestSegment: ({ node }, principal, input) =>
    ingestSegment(node, principal, { ...input, lines: input.lines as unknown as readonly JsonObject[] }),
}
