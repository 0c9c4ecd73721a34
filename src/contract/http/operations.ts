import type { z } from 'zod'
import { CONTROLS_OPERATIONS } from './operations/controls.ts'
import { INTAKE_OPERATIONS } from './operations/intake.ts'
import { EVENTS_OPERATIONS } from './operations/events.ts'
import { EVIDENCE_OPERATIONS } from './operations/evidence.ts'
import { FINDINGS_OPERATIONS } from './operations/findings.ts'
import { GATEWAYS_OPERATIONS } from './operations/gateways.ts'
import { GOVERNANCE_OPERATIONS } from './operations/governance.ts'
import { IDENTITY_OPERATIONS } from './operations/identity.ts'
import { DRAFTS_OPERATIONS } from './operations/drafts.ts'
import { LINEAGE_OPERATIONS } from './operations/lineage.ts'
import { PROMPTS_OPERATIONS } from './operations/prompts.ts'
import { EVALUATIONS_OPERATIONS } from './operations/evaluations.ts'
import { JOBS_OPERATIONS } from './operations/jobs.ts'
import { RELEASES_OPERATIONS } from './operations/releases.ts'
import { RIGHTS_OPERATIONS } from './operations/rights.ts'
import { RISKS_OPERATIONS } from './operations/risks.ts'
import { COMMITMENTS_OPERATIONS } from './operations/commitments.ts'
import { RESPOND_OPERATIONS } from './operations/respond.ts'
import { WEBHOOKS_OPERATIONS } from './operations/webhooks.ts'
import { STORAGE_OPERATIONS } from './operations/storage.ts'

/** Every operation of `/api/v1`: HTTP routes, OpenAPI, command-line calls and access come from this table. */
export const OPERATIONS = {
  ...RELEASES_OPERATIONS,
  ...GOVERNANCE_OPERATIONS,
  ...RIGHTS_OPERATIONS,
  ...RISKS_OPERATIONS,
  ...COMMITMENTS_OPERATIONS,
  ...FINDINGS_OPERATIONS,
  ...RESPOND_OPERATIONS,
  ...EVIDENCE_OPERATIONS,
  ...GATEWAYS_OPERATIONS,
  ...IDENTITY_OPERATIONS,
  ...CONTROLS_OPERATIONS,
  ...INTAKE_OPERATIONS,
  ...PROMPTS_OPERATIONS,
  ...LINEAGE_OPERATIONS,
  ...DRAFTS_OPERATIONS,
  ...EVALUATIONS_OPERATIONS,
  ...JOBS_OPERATIONS,
  ...WEBHOOKS_OPERATIONS,
  ...EVENTS_OPERATIONS,
  ...STORAGE_OPERATIONS,
} as const

export type OperationName = keyof typeof OPERATIONS
export type InputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['input']>
export type OutputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['output']>
