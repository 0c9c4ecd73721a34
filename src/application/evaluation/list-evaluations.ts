import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { JsonObject } from '../../base/json.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { recordsPage, type PageRequest } from '../state/records-page.ts'

export interface EvaluationPage {
  readonly items: readonly JsonObject[]
  readonly nextCursor: string | null
}

/** What was run and how it ended; reports and kept results are read one by one. */
export async function evaluationPage(
  node: OwnerNode,
  { system, ...page }: PageRequest & { readonly system: string },
): Promise<EvaluationPage> {
  const filter = { system, parts: ['schedule', 'startedBy', 'finding'] }
  const { records, nextCursor } = await recordsPage(node.store, 'evaluations', filter, page)
  return {
    items: records.map(({ id, status, topic, at, releaseDigest, document }) => ({
      id,
      system,
      what: topic,
      status,
      at,
      releaseDigest,
      schedule: document['schedule'] ?? null,
      startedBy: document['startedBy'] ?? null,
      finding: document['finding'] ?? null,
    })),
    nextCursor,
  }
}

export async function getEvaluation(node: OwnerNode, id: string): Promise<Result<JsonObject, Problem>> {
  const record = await node.store.get('evaluations', id)
  return record === undefined
    ? fail({ code: 'evaluation/unknown', message: `no evaluation \`${id}\` is known`, next: 'gatehouse eval results' })
    : ok({ ...record.document, what: record.topic, status: record.status, at: record.at })
}
