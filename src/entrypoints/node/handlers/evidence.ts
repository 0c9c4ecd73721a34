import { computeKpis } from '../../../application/kpi/compute-kpis.ts'
import { base64Of } from '../../../base/bytes.ts'
import { ok } from '../../../base/result.ts'
import { buildPack } from '../../../contract/archive/build-pack.ts'
import type { EVIDENCE_OPERATIONS } from '../../../contract/http/operations/evidence.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Key figures, the ledger and evidence packs. */
export const EVIDENCE_HANDLERS: HandlersOf<typeof EVIDENCE_OPERATIONS> = {
  listKpis: async ({ node }, _, { system }) => ok({ items: await computeKpis(node, system) }),
  getLedger: async ({ node, gateways }) =>
    ok({ size: node.ledger.size, checkpoint: node.ledger.checkpoint, gateways: gateways.list() }),
  buildPack: async ({ node }, principal, { system }) => {
    const built = await buildPack(node, principal, { system, trustFile: await node.trustText() })
    return built.ok
      ? ok({ archive: base64Of(built.value.archive), entries: built.value.entries, ledgerSize: built.value.ledgerSize })
      : built
  },
}
