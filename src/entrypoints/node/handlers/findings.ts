import { escalationPage } from '../../../application/governance/escalations.ts'
import {
  assignFinding,
  changeFinding,
  importFindings,
  reportFinding,
} from '../../../application/governance/findings.ts'
import { acceptThreat, attestThreatModel, threatModelOf } from '../../../application/governance/threat-models.ts'
import { attestReadiness } from '../../../application/governance/readiness.ts'
import { assessVendor, speakOnVendor } from '../../../application/governance/vendors.ts'
import type { OwnerNode } from '../../../application/state/owner-node.ts'
import { cursorOf, positionOf } from '../../../application/state/page-cursor.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { FINDINGS_OPERATIONS } from '../../../contract/http/operations/findings.ts'
import { PAGE_DEFAULT } from '../../../application/state/records-page.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Findings, threat models and what is overdue. */
export const FINDINGS_HANDLERS: HandlersOf<typeof FINDINGS_OPERATIONS> = {
  reportFinding: ({ node }, principal, input) => reportFinding(node, principal, input),
  importFindings: ({ node }, principal, { findings, ...shared }) =>
    importFindings(
      node,
      principal,
      shared.system,
      findings.map((finding) => ({ ...shared, ...finding })),
    ),
  assignFinding: ({ node }, principal, input) => assignFinding(node, principal, input),
  changeFinding: ({ node }, principal, input) => changeFinding(node, principal, input),
  getFinding: async ({ node }, _, { id }) => {
    const record = await node.store.get('findings', id)
    return record === undefined
      ? fail({
          code: 'finding/unknown',
          message: `no finding \`${id}\` is known`,
          next: 'see `gatehouse finding list`',
        })
      : ok(record.document)
  },
  listFindings: ({ node }, _, input) => listOf(node, 'findings', input),
  listEscalations: ({ node }, _, input) => listEscalations(node, input),
  getThreatModel: ({ node }, _, { system }) => threatModelOf(node, system),
  attestThreatModel: ({ node }, principal, input) => attestThreatModel(node, principal, input),
  acceptThreat: ({ node }, principal, input) => acceptThreat(node, principal, input),
  attestReadiness: ({ node }, principal, input) => attestReadiness(node, principal, input),
  listReadiness: ({ node }, _, input) => listOf(node, 'readiness', input),
  assessVendor: ({ node }, principal, input) => assessVendor(node, principal, input),
  speakOnVendor: ({ node }, principal, input) => speakOnVendor(node, principal, input),
  listVendors: ({ node }, _, input) => listOf(node, 'vendors', input),
}

/** Days lie in the order of the cursor's instant, then by kind and id. */
async function listEscalations(
  node: OwnerNode,
  { limit = PAGE_DEFAULT, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): Promise<Result<object, Problem>> {
  const position = cursor === undefined ? undefined : positionOf(cursor)
  const space = position?.id.indexOf(' ') ?? -1
  const after =
    position === undefined
      ? undefined
      : { dueAt: position.at, kind: position.id.slice(0, Math.max(0, space)), id: position.id.slice(space + 1) }
  const { items, next } = await escalationPage(node, { after, limit })
  return ok({ items, nextCursor: next === null ? null : cursorOf({ at: next.dueAt, id: `${next.kind} ${next.id}` }) })
}
