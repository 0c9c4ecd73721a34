import { sql } from 'kysely'
import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import type { RecordPut } from '../../src/application/state/records.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'

/** Records beside the ledger: for tests of who may see them, not of how they came. */
export async function putRecords(node: OpenedNode, puts: readonly RecordPut[]): Promise<void> {
  await inOrganization(node.db, node.organization, async (transaction) => {
    for (const { kind, record } of puts) {
      await transaction
        .insertInto('record_counts')
        .values({
          organization_id: node.organization,
          kind,
          system: record.system,
          status: record.status,
          total: 1,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['organization_id', 'kind', 'system', 'status'])
            .doUpdateSet({ total: sql<number>`record_counts.total + 1` }),
        )
        .execute()
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
    }
  })
}
