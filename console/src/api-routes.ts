import type { OperationName } from '../../src/contract/http/operations.ts'

/** Routes below `/api/v1` of the operations that the console calls; a test holds them to the table of operations. */
export const ROUTES = {
  listSystems: ['GET', '/systems'],
  listReleases: ['GET', '/systems/{system}/releases'],
  getRelease: ['GET', '/releases/{digest}'],
  listRisks: ['GET', '/risks'],
  listDenies: ['GET', '/denies'],
  issueDeny: ['POST', '/denies'],
  liftDeny: ['POST', '/denies/{id}/lift'],
  listDecisions: ['GET', '/decisions'],
  listIncidents: ['GET', '/incidents'],
  getIncident: ['GET', '/incidents/{id}'],
  changeIncident: ['POST', '/incidents/{id}/events'],
  learnCase: ['POST', '/incidents/{incident}/learn'],
  listKpis: ['GET', '/systems/{system}/kpis'],
  getLedger: ['GET', '/ledger'],
  buildPack: ['POST', '/systems/{system}/evidence-packs'],
} as const satisfies Partial<Record<OperationName, readonly ['GET' | 'POST', string]>>

export type RouteName = keyof typeof ROUTES
