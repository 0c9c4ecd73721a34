import { z } from 'zod'
import { PERTURBATIONS } from '../../domain/evaluation/perturb.ts'
import { SUITE_PURPOSES } from '../../domain/evaluation/suite.ts'
import { DESIGNS } from '../../domain/statistics/criterion.ts'
import { caseSchema, expectationsSchema, subjectSchema, turnsSchema } from './case-schema.ts'
import { targetSchema } from './target-schema.ts'

export const relativePath = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (path) => !/^(?:\/|[A-Za-z]:)|\\|(?:^|\/)\.\.(?:\/|$)|\0/.test(path),
    'must be a relative path inside the project',
  )
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const variables = z.record(z.string().max(100), z.json())
const share = z.number().min(0).max(1)

const criterion = z
  .strictObject({
    id,
    /** One of the four metrics, a scorer's name (its misses), or `judge:ID`. */
    metric: z.string().min(1).max(80),
    atMost: share.optional(),
    atLeast: share.optional(),
    alpha: z.number().min(0.0001).max(0.5).optional(),
    design: z.enum(DESIGNS).optional(),
    tag: z.string().max(60).optional(),
  })
  .refine(
    ({ atMost, atLeast }) => (atMost === undefined) !== (atLeast === undefined),
    'set exactly one of `atMost` and `atLeast`',
  )

const judge = z.strictObject({
  id,
  model: z.string().min(1).max(200),
  baseUrl: z.string().max(2_000).optional(),
  apiKeyFrom: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/)
    .optional(),
  /** What the judge is told: `{{input}}`, `{{reply}}`, `{{question}}`. It answers YES where the reply misses. */
  prompt: z.string().min(1).max(20_000),
  /** Its passport, written by `gatehouse eval calibrate`. */
  passport: relativePath.optional(),
})

export const suiteSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('Suite'),
    metadata: z.strictObject({
      id,
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      title: z.string().max(200),
    }),
    purpose: z.enum(SUITE_PURPOSES),
    /** A module for the gate; any other target for `eval run`. */
    target: z.union([z.strictObject({ module: relativePath }), targetSchema]).optional(),
    trials: z.int().min(1).max(50).optional(),
    seed: z.int().min(0).max(2_147_483_647).optional(),
    /** A file (`.jsonl`, `.csv`, `.yaml`, `.ts`), or the cases themselves. */
    cases: z.union([relativePath, z.array(caseSchema).min(1).max(2_000)]),
    /** What every case has unless it says otherwise; expectations are added to its own. */
    defaults: z
      .strictObject({
        subject: subjectSchema.optional(),
        tags: z.array(z.string().max(60)).max(20).optional(),
        risks: z.array(z.string().max(60)).max(20).optional(),
        system: z.string().max(100_000).optional(),
        language: z.string().max(35).optional(),
        expect: expectationsSchema.optional(),
      })
      .optional(),
    /** Turns of cases that have none: templates over their variables. */
    turns: turnsSchema.optional(),
    variables: variables.optional(),
    /** Each case runs in each: its variants. */
    scenarios: z
      .array(z.strictObject({ id, variables: variables.optional(), system: z.string().max(100_000).optional() }))
      .min(1)
      .max(20)
      .optional(),
    /** Each case also runs in these wordings: its variants. */
    perturb: z.array(z.enum(PERTURBATIONS)).min(1).max(PERTURBATIONS.length).optional(),
    criteria: z.array(criterion).min(1).max(50).optional(),
    judges: z.array(judge).min(1).max(10).optional(),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/suite.schema.json', title: 'Gatehouse suite' })

export type SuiteHead = z.infer<typeof suiteSchema>
