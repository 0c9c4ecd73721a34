import { z } from 'zod'
import { parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { CHANNELS } from '../../domain/redteam/attack-case.ts'
import { CAMPAIGN_GOALS } from '../../domain/redteam/campaign-goals.ts'
import { signSchema } from './parse-catalogue.ts'

const text = z.string().max(100_000)
const place = { file: z.string().max(600), line: z.int().min(1) }

const attempt = z.strictObject({
  id: z.string().max(200),
  goal: z.enum(CAMPAIGN_GOALS.map(({ id }) => id)),
  technique: z.string().max(200),
  strategy: z.enum(['single', 'crescendo', 'tree', 'fuzz']),
  language: z.string().max(10),
  channel: z.enum(CHANNELS),
  turns: z.array(text).max(50),
  plant: text.optional(),
  success: z.array(signSchema).max(5),
  outcome: z.enum(['succeeded', 'held', 'errored']),
  why: z.string().max(2_000),
  blocked: z.strictObject({ code: z.string().max(200), rule: z.string().max(500) }).nullable(),
  reply: text,
  toolCalls: z.array(z.strictObject({ name: z.string().max(200), args: z.record(z.string(), z.json()) })).max(1_000),
  records: z.array(z.string().max(300)).max(10_000),
  elapsedMs: z.number().min(0),
  ...place,
})

const twin = z.strictObject({
  id: z.string().max(200),
  goal: z.string().max(60),
  language: z.string().max(10),
  outcome: z.enum(['answered', 'blocked', 'errored']),
  why: z.string().max(2_000),
  ...place,
})

const campaign = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('RedTeamCampaign'),
  system: z.string().max(100),
  version: z.string().max(60),
  releaseDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  catalogueDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  model: z.string().max(500),
  isSimulated: z.boolean(),
  strategy: z.enum(['single', 'crescendo', 'tree', 'fuzz']),
  seed: z.int().min(0),
  budget: z.int().min(1),
  capture: z.enum(['none', 'redacted', 'reference', 'full']),
  startedAt: z.int().min(0),
  finishedAt: z.int().min(0),
  subject: z.strictObject({
    tenant: z.string().max(100),
    principal: z.string().max(200),
    roles: z.array(z.string().max(60)).max(20),
    email: z.string().max(254).optional(),
  }),
  /** Cases that say nothing about this system, by what is missing. */
  inapplicable: z.record(z.string().max(100), z.int().min(0)),
  attempts: z.array(attempt).max(200_000),
  twins: z.array(twin).max(100_000),
  /** Answers that differ, for the strategy `fuzz`. */
  coverage: z.array(z.string().max(1_000)).max(10_000),
})

/** A campaign as it lies in a file: everything a report needs, redacted by policy. */
export type CampaignFile = z.infer<typeof campaign>

const FILE_CHARS_MAX = 256 * 1_048_576

export function writeCampaign(file: CampaignFile): string {
  return `${JSON.stringify(file satisfies Json, null, 1)}\n`
}

export function parseCampaign(file: string, content: string): Result<CampaignFile, readonly Problem[]> {
  const json = parseJson(content, FILE_CHARS_MAX)
  const parsed = json.ok ? campaign.safeParse(json.value) : undefined
  if (parsed?.success === true) return ok(parsed.data)
  const issue = parsed?.error.issues[0]
  return fail([
    {
      code: 'redteam/bad-campaign',
      message: `\`${file}\` is no campaign of \`gatehouse redteam run\`${issue === undefined ? '' : ` (\`${issue.path.join('.')}\`: ${issue.message})`}`,
      next: 'name the file that `redteam run --out` wrote',
    },
  ])
}
