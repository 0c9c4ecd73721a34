import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { ATTACKS_MAX } from '../../application/upgrade/upgrade-work.ts'
import { PERSON_ROLES } from '../../domain/access/access-table.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const url = z.url({ protocol: /^https?$/ }).max(500)

const isLoopback = (text: string): boolean => /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/.test(text)

const oidc = z.strictObject({
  issuer: url.refine((text) => text.startsWith('https:') || isLoopback(text), 'must be https, or http on this machine'),
  clientId: z.string().min(1).max(200),
  /** Name of the environment variable that holds the secret; a public client has none. */
  clientSecretFrom: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/)
    .optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(20)
    .default(['openid', 'email', 'profile']),
  /** The claim that becomes the person's name in every record. */
  nameClaim: z.string().min(1).max(100).default('email'),
  rolesClaim: z.string().min(1).max(100).default('groups'),
  /** Roles, each with the values of the claim that give it. */
  roles: z.partialRecord(z.enum(PERSON_ROLES), z.array(z.string().min(1).max(200)).min(1).max(100)),
})

const scheduled = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** Five fields, minutes first. */
  cron: z.string().min(9).max(100),
  timezone: z.string().min(1).max(60).default('UTC'),
  /** Folder of the project, absolute or beside this file; the same on every worker. */
  project: z.string().min(1).max(500),
  manifest: z.string().min(1).max(300).default('gatehouse.yaml'),
}

const schedule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('suite'),
    ...scheduled,
    system: z.string().regex(/^[a-z0-9-]{2,63}$/),
    suite: z.string().min(1).max(300),
    target: z.string().min(1).max(500).optional(),
    trials: z.int().min(1).max(50).optional(),
    seed: z.int().min(0).max(2_147_483_647).optional(),
    /** Parts that workers share. */
    shards: z.int().min(1).max(64).default(1),
    concurrency: z.int().min(1).max(1_000).default(16),
  }),
  z.strictObject({
    kind: z.literal('evidence'),
    ...scheduled,
    environment: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
    /** Evidence that would be too old within these hours is renewed. */
    aheadHours: z.int().min(0).max(8_760).default(48),
    /** Who answers for the release, as with `gatehouse gate --author`. */
    author: z.string().min(1).max(200),
  }),
])

/** A system whose models are proven anew by themselves when its provider changes one. */
const watched = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  system: z.string().regex(/^[a-z0-9-]{2,63}$/),
  /** Folder of the project, absolute or beside this file; the same on every worker. */
  project: scheduled.project,
  manifest: scheduled.manifest,
  /** Attacks, and as many benign twins. */
  attacks: z.int().min(0).max(ATTACKS_MAX).default(200),
  seed: z.int().min(0).max(2_147_483_647).default(1),
  /** By how much misses may rise. */
  margin: z.number().min(0).max(1).default(0.02),
})

export const serverConfigSchema = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('ServerConfig'),
  /** Where people reach the server: its origin is what the provider redirects to. */
  publicUrl: url.optional(),
  oidc: oidc.optional(),
  schedules: z
    .array(schedule)
    .max(200)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two schedules have the same id')
    .optional(),
  upgrades: z
    .array(watched)
    .max(200)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two of them have the same id')
    .optional(),
  jobs: z
    .strictObject({
      /** Whether the server itself takes jobs; `false` leaves them to `gatehouse worker`. */
      inServer: z.boolean().default(true),
    })
    .optional(),
  webhooks: z
    .strictObject({
      /** `private`: webhooks may also go to private networks and this machine, and without TLS. */
      network: z.enum(['public', 'private']).default('public'),
    })
    .optional(),
  limits: z
    .strictObject({
      requestsPerMinute: z.int().min(60).max(1_000_000),
    })
    .optional(),
})

export type ServerConfig = z.infer<typeof serverConfigSchema>
export type ScheduleConfig = z.infer<typeof schedule>
export type OidcConfig = z.infer<typeof oidc>

/** Reads the file of `gatehouse serve --config`. */
export function parseServerConfig(file: string, text: string): Result<ServerConfig, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = serverConfigSchema.safeParse(yaml.value.value)
  if (!parsed.success) return fail(schemaProblems('config', yaml.value, parsed.error))
  if (parsed.data.oidc !== undefined && parsed.data.publicUrl === undefined)
    return fail([
      {
        code: 'config/public-url',
        message: '`oidc` needs `publicUrl`: the provider sends people back to it',
        next: 'write `publicUrl: https://…` as people reach this server',
      },
    ])
  return ok(parsed.data)
}
