import { z } from 'zod'
import { manifestSchema } from '../manifest/manifest-schema.ts'
import { OUTCOMES } from '../../domain/release/evidence.ts'

/** The document that release rules read: the same for every policy engine. */
export const policyInputSchema = z
  .strictObject({
    tier: z.enum(['T1', 'T2', 'T3']),
    environment: z.string(),
    manifest: manifestSchema,
    facts: z.strictObject({ learnedCases: z.int().min(0), suites: z.array(z.string()) }),
    evidence: z.record(z.string(), z.strictObject({ outcome: z.enum(OUTCOMES), n: z.number(), k: z.number() })),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/policy-input.schema.json', title: 'Input of Gatehouse release rules' })
