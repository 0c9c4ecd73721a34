import { z } from 'zod'
import { INCIDENT_EVENTS } from '../../domain/incident/incident.ts'
import { segmentSchema } from '../decision/decision-record.ts'

/** Who may call: anybody signed in reads; the rest by role (docs/reference/roles.md). */
export type Access = 'read' | 'engineer' | 'approver' | 'responder' | 'auditor' | 'gateway'

/** One operation of the control plane: its HTTP route, its command-line call and its documentation come from this. */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST'
  /** Below `/api/v1`; `{name}` is taken from the input. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly input: Input
  readonly output: Output
}

function operation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition
}

const system = z.string().regex(/^[a-z0-9-]{2,63}$/)
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const text = z.string().min(1).max(2_000)
const id = z.string().min(1).max(200)
const document = z.record(z.string(), z.json())
const limit = z.coerce.number().int().min(1).max(1_000).optional()
/** The last instant that RFC 3339 can write. */
const INSTANT_MAX = 253_402_300_799_999
const before = z.coerce.number().int().min(0).max(INSTANT_MAX).optional()
const items = z.object({ items: z.array(document) })
const page = { limit, before }

const evidence = z.object({
  checkId: z.string().max(40),
  checkVersion: z.int(),
  releaseDigest: digest,
  key: digest,
  outcome: z.enum(['passed', 'failed', 'inconclusive', 'errored']),
  summary: z.string().max(1_000),
  measure: document.nullable(),
  failures: z
    .array(
      z.object({
        id: z.string().max(300),
        file: z.string().max(600),
        line: z.int(),
        why: z.string().max(1_000),
        risks: z.array(z.string().max(60)),
      }),
    )
    .max(100),
  failuresOmitted: z.int().min(0),
  isSimulated: z.boolean(),
  startedAt: z.int().min(0).max(INSTANT_MAX),
  finishedAt: z.int().min(0).max(INSTANT_MAX),
  suiteDigests: z.array(digest).max(100),
})

export const releaseInput = z.object({
  /** Manifest text as it lies in the project. */
  manifest: document,
  files: z.record(z.string(), digest),
  prompts: z.record(z.string(), z.string().max(1_000_000)),
  toolSchemas: z.record(z.string(), z.string().max(1_000_000)),
})

const scope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system') }),
  z.object({ kind: z.literal('tool'), tool: z.string().min(1).max(64) }),
  z.object({ kind: z.literal('model'), model: z.string().min(1).max(200) }),
  z.object({ kind: z.literal('tenant'), tenant: z.string().min(1).max(200) }),
])

/** Every operation of `/api/v1`. */
export const OPERATIONS = {
  listSystems: operation({
    method: 'GET',
    path: '/systems',
    summary: 'Systems with their newest verdicts, open incidents and risks',
    access: 'read',
    input: z.object({}),
    output: items,
  }),
  listReleases: operation({
    method: 'GET',
    path: '/systems/{system}/releases',
    summary: 'Releases of a system, newest first',
    access: 'read',
    input: z.object({ system, ...page }),
    output: items,
  }),
  getRelease: operation({
    method: 'GET',
    path: '/releases/{digest}',
    summary: 'A release with its verdicts and evidence',
    access: 'read',
    input: z.object({ digest }),
    output: document,
  }),
  listEvidence: operation({
    method: 'GET',
    path: '/releases/{digest}/evidence',
    summary: 'Evidence of a release, newest first',
    access: 'read',
    input: z.object({ digest, system, ...page }),
    output: items,
  }),
  recordEvidence: operation({
    method: 'POST',
    path: '/systems/{system}/evidence',
    summary: 'Record what a check yielded',
    access: 'engineer',
    input: z.object({ system, evidence }),
    output: document,
  }),
  gateRelease: operation({
    method: 'POST',
    path: '/gate',
    summary: 'Decide on a release with the given policy packs and sign the verdict',
    access: 'engineer',
    input: z.object({
      release: releaseInput,
      packs: z
        .array(z.object({ file: z.string().max(300), text: z.string().max(1_000_000) }))
        .min(1)
        .max(50),
      environment: z.string().max(63),
      author: z.string().min(1).max(200),
      expectedKeys: z.record(z.string(), digest),
      facts: document,
    }),
    output: document,
  }),
  listLearnedCases: operation({
    method: 'GET',
    path: '/systems/{system}/learned-cases',
    summary: 'Regression cases learned from incidents',
    access: 'read',
    input: z.object({ system }),
    output: items,
  }),
  requestException: operation({
    method: 'POST',
    path: '/exceptions',
    summary: 'Ask for a waiver of one rule for one release',
    access: 'engineer',
    input: z.object({
      system,
      ruleId: z.string().regex(/^GH-[A-Z]{3}-\d{3}$/),
      releaseDigest: digest,
      reason: text,
      riskAcceptedBy: z.string().min(1).max(200),
      compensatingRule: z.string().regex(/^GH-[A-Z]{3}-\d{3}$/),
      expiresAt: z.int().min(0).max(INSTANT_MAX),
    }),
    output: document,
  }),
  decideException: operation({
    method: 'POST',
    path: '/exceptions/{id}/decision',
    summary: 'Approve or deny a waiver',
    access: 'approver',
    input: z.object({ id, decision: z.enum(['approve', 'deny']) }),
    output: document,
  }),
  listExceptions: operation({
    method: 'GET',
    path: '/exceptions',
    summary: 'Waivers, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: items,
  }),
  giveApproval: operation({
    method: 'POST',
    path: '/approvals',
    summary: 'Approve or reject a release for an environment',
    access: 'approver',
    input: z.object({
      system,
      releaseDigest: digest,
      environment: z.string().max(63),
      role: z.string().max(40),
      decision: z.enum(['approve', 'reject']),
      comment: z.string().max(2_000),
    }),
    output: document,
  }),
  listRisks: operation({
    method: 'GET',
    path: '/risks',
    summary: 'Risks from rules that do not hold',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: items,
  }),
  issueDeny: operation({
    method: 'POST',
    path: '/denies',
    summary: 'Throw a kill switch; says which gateways have taken it',
    access: 'responder',
    input: z.object({ system, scope, reason: text }),
    output: document,
  }),
  liftDeny: operation({
    method: 'POST',
    path: '/denies/{id}/lift',
    summary: 'Take a kill switch back',
    access: 'responder',
    input: z.object({ id, reason: text }),
    output: document,
  }),
  listDenies: operation({
    method: 'GET',
    path: '/denies',
    summary: 'Kill switches, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: items,
  }),
  listDecisions: operation({
    method: 'GET',
    path: '/decisions',
    summary: 'Guard decisions of the gateways, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: items,
  }),
  listAlerts: operation({
    method: 'GET',
    path: '/alerts',
    summary: 'Alerts of the monitors, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: items,
  }),
  closeAlert: operation({
    method: 'POST',
    path: '/alerts/{id}/close',
    summary: 'Close an alert with its triage outcome',
    access: 'responder',
    input: z.object({ id, outcome: z.enum(['actionable', 'not-actionable']) }),
    output: document,
  }),
  listIncidents: operation({
    method: 'GET',
    path: '/incidents',
    summary: 'Incidents, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: items,
  }),
  getIncident: operation({
    method: 'GET',
    path: '/incidents/{id}',
    summary: 'One incident',
    access: 'read',
    input: z.object({ id }),
    output: document,
  }),
  changeIncident: operation({
    method: 'POST',
    path: '/incidents/{id}/events',
    summary: 'Contain, resolve, close or reopen an incident',
    access: 'responder',
    input: z.object({ id, event: z.enum(INCIDENT_EVENTS), note: text }),
    output: document,
  }),
  learnCase: operation({
    method: 'POST',
    path: '/incidents/{incident}/learn',
    summary: 'Turn a recorded request into a regression case',
    access: 'responder',
    input: z.object({ incident: id, request: id }),
    output: document,
  }),
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
    input: z.object({ system }),
    output: z.object({ archive: z.string(), entries: z.int(), ledgerSize: z.int() }),
  }),
  ingestSegment: operation({
    method: 'POST',
    path: '/gateway/segments',
    summary: "Take a gateway's sealed decision records",
    access: 'gateway',
    input: segmentSchema,
    output: z.object({ kept: z.literal(true) }),
  }),
} as const

export type OperationName = keyof typeof OPERATIONS
export type InputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['input']>
export type OutputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['output']>

/** Roles that an access class admits, besides `admin`. */
export const ACCESS_ROLES: Readonly<Record<Access, readonly string[]>> = {
  read: ['engineer', 'security', 'policy', 'responder', 'approver', 'product', 'privacy', 'legal', 'auditor'],
  engineer: ['engineer'],
  approver: ['approver', 'product', 'security', 'policy', 'privacy', 'legal'],
  responder: ['responder', 'security'],
  auditor: ['auditor', 'policy', 'security'],
  gateway: ['gateway'],
}

/** Fails closed: no roles, no access; a gateway's token opens its own operation only. */
export function mayCall(access: Access, roles: readonly string[]): boolean {
  if (access === 'gateway') return roles.includes('gateway')
  return roles.includes('admin') || ACCESS_ROLES[access].some((role) => roles.includes(role))
}
