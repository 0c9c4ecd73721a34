import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { AttackProfile } from '../../domain/redteam/attack-profile.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const names = z.array(z.string().min(1).max(200)).max(100)

/** `redteam.yaml` beside the manifest: who attacks, and what is not theirs. */
export const profileSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('RedTeamProfile'),
    subject: z.strictObject({
      tenant: z.string().min(1).max(100),
      principal: z.string().min(1).max(200),
      roles: z.array(z.string().max(60)).max(20),
      email: z.string().max(254).optional(),
    }),
    foreignTenants: names.optional(),
    foreignRecords: names.optional(),
    ownRecords: names.optional(),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/redteam-profile.schema.json', title: 'Gatehouse red-team profile' })

export function parseProfile(file: string, text: string): Result<AttackProfile, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = profileSchema.safeParse(yaml.value.value)
  if (!parsed.success) return fail(schemaProblems('redteam', yaml.value, parsed.error))
  const { subject, foreignTenants, foreignRecords, ownRecords } = parsed.data
  return ok({
    subject,
    foreignTenants: foreignTenants ?? [],
    foreignRecords: foreignRecords ?? [],
    ownRecords: ownRecords ?? [],
  })
}
