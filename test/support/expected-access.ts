import type { OperationName } from '../../src/contract/http/operations.ts'

/** Inputs that reach each operation; what they name may not exist. */
export const READS: readonly OperationName[] = [
  'listSystems',
  'listReleases',
  'getRelease',
  'listEvidence',
  'listEvaluations',
  'getEvaluation',
  'listLearnedCases',
  'listExceptions',
  'listRisks',
  'listDenies',
  'listDecisions',
  'listAlerts',
  'listIncidents',
  'getIncident',
  'listKpis',
  'getLedger',
  'whoAmI',
  'listSessions',
  'listKeys',
  'listWorkloadKeys',
  'listShares',
  'getDecisionRights',
  'listDelegations',
  'listApprovalCases',
  'getFinding',
  'listFindings',
  'listEscalations',
  'getThreatModel',
  'listReadiness',
  'listVendors',
  'listControls',
  'getControl',
  'listFrameworks',
  'getCoverage',
  'listGaps',
  'listAttestations',
  'assessIntake',
  ...([
    'getRisk',
    'listCatalogueRisks',
    'getRiskBurnDown',
    'getIntake',
    'listIntakes',
    'getCommitment',
    'listCommitments',
    'getDpia',
  ] as const),
  'listPrompts',
  'getPrompt',
  'getLineage',
  'queryLineage',
  'getDraft',
  'listDrafts',
  'listEvents',
  'listToolApprovals',
  'listGateways',
]

export const PEOPLE = [
  'engineer',
  'security',
  'policy',
  'responder',
  'approver',
  'product',
  'privacy',
  'legal',
  'executive',
  'auditor',
] as const

const REPORTERS = ['engineer', 'security', 'policy', 'responder', 'approver', 'product', 'privacy', 'legal'] as const
const APPROVERS = ['approver', 'product', 'security', 'policy', 'privacy', 'legal', 'executive'] as const

const DECIDERS = ['engineer', 'responder', ...APPROVERS]

const each = (names: readonly OperationName[], roles: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, roles]))

/** Who may do what, written out: no role but these. Anybody with a role of a person reads. */
export const WRITES: Readonly<Record<string, readonly string[]>> = {
  recordEvidence: ['engineer'],
  gateRelease: ['engineer'],
  requestException: ['engineer'],
  renewException: ['engineer'],
  endException: ['engineer', ...APPROVERS],
  acceptExceptionRisk: DECIDERS,
  decideException: DECIDERS,
  giveApproval: DECIDERS,
  adoptDecisionRights: [],
  delegateRole: DECIDERS,
  revokeDelegation: DECIDERS,
  openApprovalCase: ['engineer'],
  speakOnApprovalCase: DECIDERS,
  withdrawApprovalCase: ['engineer'],
  ...each(
    ['addRisk', 'deriveRisks', 'importCatalogueRisks', 'assessRisk', 'planRisk', 'askRiskAcceptance', 'endRisk'],
    REPORTERS,
  ),
  speakOnRisk: DECIDERS,
  dismissRisk: APPROVERS,
  ...each(['submitIntake', 'resubmitIntake', 'assignIntakeReviewer', 'commentOnIntake', 'withdrawIntake'], REPORTERS),
  reviewIntake: DECIDERS,
  proposeCommitment: REPORTERS,
  speakOnCommitment: DECIDERS,
  endCommitment: REPORTERS,
  reportFinding: REPORTERS,
  importFindings: REPORTERS,
  assignFinding: REPORTERS,
  changeFinding: REPORTERS,
  attestThreatModel: APPROVERS,
  acceptThreat: APPROVERS,
  attestControl: APPROVERS,
  recordControlTest: REPORTERS,
  attestReadiness: REPORTERS,
  assessVendor: REPORTERS,
  speakOnVendor: DECIDERS,
  promotePrompt: ['engineer'],
  rollBackPrompt: ['engineer', 'responder', 'security'],
  recordDraft: REPORTERS,
  decideDraft: APPROVERS,
  decideToolApproval: ['engineer', 'responder', ...APPROVERS],
  issueDeny: ['responder', 'security'],
  liftDeny: ['responder', 'security'],
  closeAlert: ['responder', 'security'],
  changeIncident: ['responder', 'security'],
  learnCase: ['responder', 'security'],
  buildPack: ['auditor', 'policy', 'security'],
  revokeSession: PEOPLE,
  createKey: PEOPLE,
  rotateKey: PEOPLE,
  revokeKey: PEOPLE,
  addWorkloadKey: ['security'],
  revokeWorkloadKey: ['security'],
  createShare: ['security'],
  revokeShare: ['security'],
  listJobs: ['engineer', 'security'],
  getJob: ['engineer', 'security'],
  listSchedules: ['engineer', 'security'],
  startSuiteRun: ['engineer'],
  retryJob: ['engineer', 'security'],
  cancelJob: ['engineer', 'security'],
  addWebhook: [],
  listWebhooks: [],
  getWebhook: [],
  rotateWebhook: [],
  removeWebhook: [],
  testWebhook: [],
  replayWebhook: [],
  getStorage: [],
}
/** What gateways alone may call. */
export const GATEWAYS: readonly string[] = ['ingestSegment', 'askToolApproval']
export const NOBODY = ['', 'Admin', 'root', 'engineer ', 'customer', '__proto__'] as const

export function isExpected(name: OperationName, role: string): boolean {
  if (GATEWAYS.includes(name)) return role === 'gateway'
  if (name === 'viewShare') return role === 'share'
  if (role === 'admin') return true
  if (READS.includes(name)) return PEOPLE.some((person) => person === role)
  return WRITES[name]?.includes(role) === true
}
