import { z } from 'zod'
import { document, items, operation, system } from '../operation.ts'

/** Key figures, the ledger and evidence packs. */
export const EVIDENCE_OPERATIONS = {
  listKpis: operation({
    method: 'GET',
    path: '/systems/{system}/kpis',
    summary: 'Key figures with sample sizes and intervals',
    access: 'read',
    input: z.object({ system }),
    output: items,
  }),
  getLedger: operation({
    method: 'GET',
    path: '/ledger',
    summary: 'Size and newest signed checkpoint of the ledger',
    access: 'read',
    input: z.object({}),
    output: z.object({ size: z.int(), checkpoint: z.string(), gateways: z.array(document) }),
  }),
  buildPack: operation({
    method: 'POST',
    path: '/systems/{system}/evidence-packs',
    summary: 'Export a self-verifying evidence pack (base64)',
    access: 'auditor',
    // A sealed segment is one entry of the ledger and goes in whole: without a line it would no longer match its commitment.
    spansSystems: true,
    input: z.object({ system }),
    output: z.object({ archive: z.string(), entries: z.int(), ledgerSize: z.int() }),
  }),
} as const
