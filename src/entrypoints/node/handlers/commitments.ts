import {
  endCommitment,
  findCommitment,
  proposeCommitment,
  speakOnCommitment,
} from '../../../application/governance/commitments.ts'
import type { COMMITMENTS_OPERATIONS } from '../../../contract/http/operations/commitments.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Promises to customers. */
export const COMMITMENTS_HANDLERS: HandlersOf<typeof COMMITMENTS_OPERATIONS> = {
  proposeCommitment: ({ node }, principal, input) => proposeCommitment(node, principal, input),
  speakOnCommitment: ({ node }, principal, input) => speakOnCommitment(node, principal, input),
  endCommitment: ({ node }, principal, input) => endCommitment(node, principal, input),
  getCommitment: ({ node }, _, { id }) => findCommitment(node, id),
  listCommitments: ({ node }, _, input) => listOf(node, 'commitments', input),
}
