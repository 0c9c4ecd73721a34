import { z } from 'zod'
import { manifestSchema } from '../manifest/manifest-schema.ts'
import { INTAKE_STATES } from '../../domain/intake/intake-request.ts'
import { OUTCOMES } from '../../domain/release/evidence.ts'

const count = z.int().min(0)

/** Facts beside manifest and evidence: the first two from the project, the rest from the state. */
const facts = z.strictObject({
  learnedCases: count,
  suites: z.array(z.string()),
  threatModel: z.strictObject({ isReviewed: z.boolean(), open: count, openHigh: count, notEvidenced: count }),
  findings: z.strictObject({ open: count, overdue: count, critical: count, high: count }),
  readiness: z.strictObject({
    monitoringLive: z.boolean(),
    alertsRouted: z.boolean(),
    runbookLinked: z.boolean(),
    rollbackRehearsed: z.boolean(),
    redTeamSignedOff: z.boolean(),
  }),
  risks: z.strictObject({ overdue: count, unplanned: count, unplannedHigh: count }),
  commitments: z.strictObject({ active: count, proposed: count, unbound: count }),
  intake: z.strictObject({
    request: z.string(),
    state: z.enum(['none', ...INTAKE_STATES]),
    isExpired: z.boolean(),
    changed: z.array(z.string()),
  }),
  vendors: z.strictObject({ unapproved: z.array(z.string()) }),
})

/** The document that release rules read: the same for every policy engine. */
export const policyInputSchema = z
  .strictObject({
    tier: z.enum(['T1', 'T2', 'T3']),
    environment: z.string(),
    manifest: manifestSchema,
    facts,
    evidence: z.record(z.string(), z.strictObject({ outcome: z.enum(OUTCOMES), n: z.number(), k: z.number() })),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/policy-input.schema.json', title: 'Input of Gatehouse release rules' })
