import { ok } from '../../../base/result.ts'
import type { STORAGE_OPERATIONS } from '../../../contract/http/operations/storage.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** How the state lies. */
export const STORAGE_HANDLERS: HandlersOf<typeof STORAGE_OPERATIONS> = {
  getStorage: async ({ node }) => ok(await node.describeStorage()),
}
