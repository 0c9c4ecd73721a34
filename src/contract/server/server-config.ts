import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
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

export const serverConfigSchema = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('ServerConfig'),
  /** Where people reach the server: its origin is what the provider redirects to. */
  publicUrl: url.optional(),
  oidc: oidc.optional(),
  limits: z
    .strictObject({
      requestsPerMinute: z.int().min(60).max(1_000_000),
    })
    .optional(),
})

export type ServerConfig = z.infer<typeof serverConfigSchema>
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
