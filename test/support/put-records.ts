import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import type { RecordPut } from '../../src/application/state/records.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'

/** Records beside the ledger: for tests of who may see them, not of how they came. */
export async function putRecords(node: OpenedNode, puts: readonly RecordPut[]): Promise<void> {
  await inOrganization(node.db, node.organization, async (transaction) => {
    for (const { kind, record } of puts)
      await transaction
        .insertInto(kind)
        .values({
          organization_id: node.organization,
          id: record.id,
          system: record.system,
          release_digest: record.releaseDigest,
          status: record.status,
          topic: record.topic,
          at: record.at,
          document: JSON.stringify(record.document),
        })
        .execute()
  })
}
