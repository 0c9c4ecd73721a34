import { askLineage } from '../../../application/lineage/ask-lineage.ts'
import { buildLineage } from '../../../application/lineage/build-lineage.ts'
import type { LINEAGE_OPERATIONS } from '../../../contract/http/operations/lineage.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Where things come from. */
export const LINEAGE_HANDLERS: HandlersOf<typeof LINEAGE_OPERATIONS> = {
  getLineage: ({ node }, _, input) => buildLineage(node, input),
  queryLineage: ({ node }, _, input) => askLineage(node, input),
}
