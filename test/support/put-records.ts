import { countChange, keepDeadlines, keepExcerpts } from '../../src/adapters/storage/record-sums.ts'
import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import type { RecordPut } from '../../src/application/state/records.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'

/** Records beside the ledger: for tests of who may see them, not of how they came. */
export async function putRecords(node: OpenedNode, puts: readonly RecordPut[]): Promise<void> {
  await inOrganization(node.db, node.organization, async (transaction) => {
    for (const { kind, record } of puts) {
      const place = { db: transaction, organization: node.organization, kind }
      for (const keep of [countChange, keepDeadlines, keepExcerpts]) await keep(place, [record])
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
