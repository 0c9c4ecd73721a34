import type { OwnerNode } from '../../application/state/owner-node.ts'
import type { RecordFilter, RecordKind } from '../../application/state/records.ts'
import { epochMs } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'

/** Records of a kind as operations give them out: the document with its head. */
export async function listOf(
  node: OwnerNode,
  kind: RecordKind,
  { before, ...filter }: Omit<RecordFilter, 'before'> & { readonly before?: number | undefined },
): Promise<Result<object, Problem>> {
  const records = await node.store.list(kind, {
    ...filter,
    ...(before === undefined ? {} : { before: epochMs(before) }),
  })
  return ok({ items: records.map(({ id, at, status, system, document }) => ({ ...document, id, at, status, system })) })
}
