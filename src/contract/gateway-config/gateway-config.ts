import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { BUDGET_PERIODS, LIMIT_SUBJECTS, LIMIT_UNITS } from '../../domain/limits/limit-rule.ts'
import { DATA_CLASSES } from '../../domain/manifest/manifest.ts'
import { STOP_DEFAULT } from '../../domain/rollout/rollout.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'
import { environmentName, filePath, httpUrl, plainReference, secretReference } from './secret-reference.ts'

const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const region = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const milliseconds = z.int().min(1).max(3_600_000)
const upstream = z.strictObject({
  id,
  url: httpUrl,
  protocol: z.enum(['openai', 'anthropic', 'azure-openai', 'ollama']).default('openai'),
  key: secretReference.optional(),
  region: region.optional(),
  models: z.array(z.string().min(1).max(200)).min(1).max(1_000).optional(),
  apiVersion: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .optional(),
  /** `private`: loopback and private addresses are allowed as well; link-local and metadata ones never are. */
  network: z.enum(['public', 'private']).default('public'),
  timeouts: z
    .strictObject({
      connectMs: milliseconds.optional(),
      firstByteMs: milliseconds.optional(),
      interTokenMs: milliseconds.optional(),
      totalMs: milliseconds.optional(),
    })
    .optional(),
  retry: z
    .strictObject({
      retries: z.int().min(0).max(10).optional(),
      budgetPercent: z.int().min(0).max(100).optional(),
      budgetFloor: z.int().min(0).max(1_000).optional(),
      backoffMs: milliseconds.optional(),
      backoffMaxMs: milliseconds.optional(),
    })
    .optional(),
  breaker: z
    .strictObject({ failures: z.int().min(1).max(1_000).optional(), openMs: milliseconds.optional() })
    .optional(),
  outlier: z
    .strictObject({
      windowMs: milliseconds.optional(),
      callsMin: z.int().min(1).max(100_000).optional(),
      failuresPercent: z.int().min(1).max(100).optional(),
      ejectMs: milliseconds.optional(),
    })
    .optional(),
  connections: z.int().min(1).max(4_096).optional(),
  waiting: z.int().min(0).max(10_000).optional(),
  /** Off unless set: how long the first upstream may be silent before the next one is asked as well. */
  hedgeAfterMs: milliseconds.optional(),
})

const limitRule = z
  .strictObject({
    id,
    per: z.enum(LIMIT_SUBJECTS),
    unit: z.enum(LIMIT_UNITS),
    /** Requests, tokens, or cost in the currency of the price list. */
    amount: z.number().positive().max(1e12),
    /** A rate: so much in this time, refilled evenly. */
    windowMs: z.int().min(1).max(86_400_000).optional(),
    /** What may come at once; the amount itself unless set. */
    burst: z.number().positive().max(1e12).optional(),
    /** A budget: so much per calendar period in UTC. */
    period: z.enum(BUDGET_PERIODS).optional(),
  })
  .refine((rule) => (rule.windowMs === undefined) !== (rule.period === undefined), 'needs one of `windowMs`, `period`')
  .refine((rule) => rule.burst === undefined || rule.windowMs !== undefined, '`burst` goes with `windowMs` only')

const limits = z.strictObject({
  rules: z.array(limitRule).min(1).max(100),
  /** Per million tokens, by model. */
  prices: z
    .record(
      z.string().min(1).max(200),
      z.strictObject({
        input: z.number().min(0),
        output: z.number().min(0),
        /** Of input that the provider had in its cache; the price of input unless set. */
        cachedInput: z.number().min(0).optional(),
      }),
    )
    .optional(),
  /** Tokens that an answer is taken to have when the request names no bound. */
  answerTokens: z.int().min(1).max(1_000_000).optional(),
  redis: z
    .strictObject({
      url: plainReference,
      /** Gateways that share the counters: what each may let through by itself while Redis is away. */
      replicas: z.int().min(1).max(10_000),
      localShareMs: z.int().min(0).max(86_400_000).optional(),
      /** After that time, by tier of the release. */
      away: z.partialRecord(z.enum(['T1', 'T2', 'T3']), z.enum(['deny', 'local-share'])).optional(),
    })
    .optional(),
})

const claimPath = z.string().regex(/^[\w:/.-]{1,200}$/)

/** Tokens of an identity provider that stand for one system, in place of an API key. */
const issuer = z.strictObject({
  issuer: z.string().min(1).max(2_000),
  audience: z.string().min(1).max(500),
  system: z.string().min(1).max(63),
  jwks: z.union([
    z.strictObject({ url: httpUrl, network: z.enum(['public', 'private']).optional() }),
    z.strictObject({ file: filePath }),
  ]),
  /** Only signatures by a private key: a shared secret would let every verifier mint. */
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1).optional(),
  clockSkewSeconds: z.int().min(0).max(120).optional(),
  /** Names of claims; a dot goes inside. With `tenant` the token tells the end user as well. */
  claims: z
    .strictObject({
      tenant: claimPath.optional(),
      principal: claimPath.optional(),
      roles: claimPath.optional(),
      session: claimPath.optional(),
      purpose: claimPath.optional(),
    })
    .optional(),
})

/** Where an MCP server of a release's manifest runs. */
const mcpServer = z
  .strictObject({
    /** As the manifest names it. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
    /** Only for this system; without it, for every one that declares the server. */
    system: z.string().min(1).max(63).optional(),
    url: httpUrl.optional(),
    /** `sse`: the transport of protocol version 2024-11-05. */
    transport: z.enum(['streamable-http', 'sse']).optional(),
    key: secretReference.optional(),
    network: z.enum(['public', 'private']).optional(),
    command: z.array(z.string().min(1).max(1_000)).min(1).max(50).optional(),
    env: z.record(environmentName, secretReference).optional(),
  })
  .refine((server) => (server.url === undefined) !== (server.command === undefined), 'needs one of `url`, `command`')
  .refine(
    ({ command, key, transport, network }) =>
      command === undefined || (key === undefined && transport === undefined && network === undefined),
    '`key`, `transport` and `network` go with `url` only',
  )
  .refine(({ url, env }) => url === undefined || env === undefined, '`env` goes with `command` only')
const percent = z.number().min(0).max(100)
const rollout = z.discriminatedUnion('kind', [
  z.strictObject({
    id,
    kind: z.literal('canary'),
    system: z.string().regex(/^[a-z0-9-]{2,63}$/),
    release: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    percent,
    stop: z
      .strictObject({
        failuresPercent: z.number().min(1).max(100).default(STOP_DEFAULT.failuresPercent),
        callsMin: z.int().min(1).max(100_000).default(STOP_DEFAULT.callsMin),
        windowMs: milliseconds.default(STOP_DEFAULT.windowMs),
      })
      .default(STOP_DEFAULT),
  }),
  z.strictObject({
    id,
    kind: z.literal('shadow'),
    system: z.string().regex(/^[a-z0-9-]{2,63}$/),
    model: z.string().min(1).max(200),
    percent,
  }),
])

export const gatewayConfigSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('Gateway'),
    upstreams: z.array(upstream).min(1).max(200),
    regions: z
      .strictObject({
        tenants: z.record(z.string().min(1).max(200), z.array(region).min(1).max(100)).optional(),
        dataClasses: z.partialRecord(z.enum(DATA_CLASSES), z.array(region).min(1).max(100)).optional(),
      })
      .optional(),
    limits: limits.optional(),
    /** Where answers wait for people, for every gateway of an installation; without it in each gateway's memory. */
    approvals: z.strictObject({ redis: z.strictObject({ url: plainReference }) }).optional(),
    identity: z.strictObject({ issuers: z.array(issuer).min(1).max(20) }).optional(),
    mcpServers: z.array(mcpServer).max(200).optional(),
    /** Where traces are processed: spans of data that may not go there are withheld. */
    telemetry: z.strictObject({ region: region.optional() }).optional(),
    /** How long running requests may take to end after SIGTERM. */
    drainMs: milliseconds.optional(),
    audit: z
      .strictObject({
        /** `gap`: a T3 request is served when its record cannot be written; the gap is counted, shown and recorded. */
        T3: z.enum(['refuse', 'gap']).optional(),
        spoolBytesMax: z.int().min(65_536).max(1_099_511_627_776).optional(),
      })
      .optional(),
    rollouts: z.array(rollout).max(100).optional(),
  })
  .refine(
    ({ upstreams }) => new Set(upstreams.map((one) => one.id)).size === upstreams.length,
    'two upstreams have the same id',
  )
  .refine(
    ({ rollouts = [] }) => new Set(rollouts.map((one) => `${one.kind} ${one.system}`)).size === rollouts.length,
    'a system has one canary and one shadow at most',
  )
  .meta({ id: 'https://gatehouse.dev/schemas/gateway.schema.json', title: 'Gatehouse gateway' })

export type GatewayConfig = z.output<typeof gatewayConfigSchema>
export type ConfiguredUpstream = GatewayConfig['upstreams'][number]
export type ConfiguredIssuer = NonNullable<GatewayConfig['identity']>['issuers'][number]
export type ConfiguredLimits = NonNullable<GatewayConfig['limits']>

/** A gateway's file; every problem with its line and a next step. */
export function parseGatewayConfig(file: string, text: string): Result<GatewayConfig, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = gatewayConfigSchema.safeParse(yaml.value.value)
  return parsed.success ? ok(parsed.data) : fail(schemaProblems('gateway-config', yaml.value, parsed.error))
}
