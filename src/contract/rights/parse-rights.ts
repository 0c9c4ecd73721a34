import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { DECIDING_ROLES, DECISIONS, PEOPLE_MAX, type DecisionRights } from '../../domain/approval/decision-rights.ts'
import { TIERS } from '../../domain/manifest/manifest.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const right = z
  .strictObject({
    people: z.int().min(0).max(PEOPLE_MAX),
    roles: z.array(z.enum(DECIDING_ROLES)).max(DECIDING_ROLES.length),
    distinctRoles: z.boolean().default(false),
    escalateTo: z.array(z.enum(DECIDING_ROLES)).max(DECIDING_ROLES.length).default([]),
    escalateAfterDays: z.int().min(1).max(365).default(30),
  })
  .refine(({ people, roles }) => people === 0 || roles.length > 0, 'somebody has to be named in `roles`')
  .refine(
    ({ people, roles, distinctRoles }) => !distinctRoles || new Set(roles).size >= people,
    'with `distinctRoles`, `roles` names at least as many roles as people have to agree',
  )

const perTier = z.strictObject({ T1: right, T2: right, T3: right })

/** Every decision and tier is written out: a right that is left out would be nobody's. */
export const rightsSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('DecisionRights'),
    metadata: z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
      version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
      title: z.string().max(200).optional(),
    }),
    rights: z.strictObject({
      release: perTier,
      exception: perTier,
      'risk-acceptance': perTier,
      'threshold-change': perTier,
      'customer-commitment': perTier,
      vendor: perTier,
    } satisfies Record<(typeof DECISIONS)[number], typeof perTier>),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/decision-rights.schema.json', title: 'Gatehouse decision rights' })

/** Decisions that a T1 system never leaves to one person, whatever a file says (CONTRACTS: separation of duties). */
const TWO_PEOPLE_AT_T1 = ['release', 'exception'] as const

export function parseRights(file: string, text: string): Result<DecisionRights, readonly Problem[]> {
  const source = parseYaml(file, text)
  if (!source.ok) return source
  const parsed = rightsSchema.safeParse(source.value.value)
  if (!parsed.success) return fail(schemaProblems('rights', source.value, parsed.error))
  const { metadata, rights } = parsed.data
  const weak = TWO_PEOPLE_AT_T1.filter(
    (decision) => rights[decision].T1.people < 2 || !rights[decision].T1.distinctRoles,
  )
  if (weak.length > 0)
    return fail(
      weak.map((decision) => ({
        code: 'rights/too-weak',
        message: `\`rights.${decision}.T1\` lets fewer than two people of different roles decide`,
        next: 'ask for `people: 2` and `distinctRoles: true`',
        at: source.value.positionOf(['rights', decision, 'T1']),
      })),
    )
  return ok({ id: metadata.id, version: metadata.version, rights })
}

/** Tiers and decisions, for tables that people read. */
export const RIGHTS_ROWS = DECISIONS.flatMap((decision) => TIERS.map((tier) => ({ decision, tier })))
