import { z } from 'zod'
import { MODEL_REQUEST_KINDS } from '../../domain/policy/decide-request-rules.ts'
import { NOTICE_KINDS } from '../../domain/notice/notices.ts'
import { REPORT_CATEGORIES, REPORT_CHARS_MAX } from '../../domain/notice/user-report.ts'

/** Epoch milliseconds that RFC 3339 can write. */
const instant = z.int().min(0).max(253_402_300_799_999)

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const finding = z.strictObject({
  detector: z.string().max(100),
  category: z.string().max(40),
  start: z.int(),
  end: z.int(),
  score: z.number(),
  guarantee: z.enum(['boundary', 'exact', 'detector', 'telemetry']),
  where: z.string().max(100),
})

const ruleResults = z
  .array(
    z.strictObject({
      rule: z.string().max(100),
      pack: z.string().max(100),
      mode: z.enum(['enforce', 'shadow']),
      outcome: z.enum(['holds', 'does-not-hold', 'errored']),
    }),
  )
  .max(500)

const toolDecision = z.strictObject({
  tool: z.string().max(200),
  callId: z.string().max(200),
  decision: z.enum(['allow', 'require-approval', 'block']),
  rule: z.string().max(200),
  reason: z.string().max(1_000),
  /** Who withholds the call: this process, the application that asked, or a proxy in front of the tool. */
  enforcedAt: z.enum(['gateway', 'sdk', 'mcp-proxy']),
  /** Rules of packs that applied, those in shadow too. */
  rules: ruleResults.optional(),
  /** What rules can read of the call; with its arguments, redacted, where the manifest's capture mode asks for them. */
  facts: z
    .strictObject({
      effect: z.string().max(40),
      isVerified: z.boolean(),
      roles: z.array(z.string().max(200)).max(100),
      labels: z.strictObject({ integrity: z.string().max(40), confidentiality: z.string().max(40) }),
      session: z.strictObject({ calls: z.record(z.string().max(200), z.number()), total: z.number() }),
      args: z.record(z.string(), z.json()).nullable(),
    })
    .optional(),
})

/** First line of a request in the spool: on disk before the provider is called. */
export const intentSchema = z.strictObject({
  kind: z.literal('intent'),
  id: z.string().max(64),
  at: instant,
  system: z.string().max(63),
  environment: z.string().max(63),
  releaseDigest: digest.nullable(),
  tenant: z.string().max(200).nullable(),
  /** Keyed pseudonym. */
  principal: z.string().max(64).nullable(),
  session: z.string().max(64).nullable(),
  model: z.string().max(200),
  isStream: z.boolean(),
  action: z.string().max(40),
  score: z.number(),
  findings: z.array(finding).max(500),
  /** Message texts, redacted, when the manifest's capture mode asks for them. */
  captured: z
    .array(z.strictObject({ role: z.string().max(20), text: z.string().max(20_000) }))
    .max(50)
    .nullable(),
  /** What rules of packs on requests to models said, and what they read that stands nowhere else here. */
  policy: z
    .strictObject({
      rules: ruleResults,
      facts: z.strictObject({
        kind: z.enum(MODEL_REQUEST_KINDS),
        prompt: z.string().max(200),
        tools: z.array(z.string().max(200)).max(200),
        regions: z.array(z.string().max(63)).max(200),
        labels: z.strictObject({ integrity: z.string().max(40), confidentiality: z.string().max(40) }),
        isVerified: z.boolean(),
        roles: z.array(z.string().max(200)).max(100),
        purpose: z.string().max(100),
      }),
    })
    .optional(),
})

/** Second line: on disk before the last byte of the reply. */
export const outcomeSchema = z.strictObject({
  kind: z.literal('outcome'),
  id: z.string().max(64),
  at: instant,
  outcome: z.enum(['completed', 'denied', 'upstream-failed', 'client-gone', 'unknown']),
  code: z.string().max(60).nullable(),
  rule: z.string().max(300).nullable(),
  action: z.string().max(40),
  findings: z.array(finding).max(500),
  tools: z.array(toolDecision).max(200),
  guardMs: z.number().min(0),
  totalMs: z.number().min(0),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  modelAnswered: z.string().max(200).nullable(),
  /** Upstream that answered, and by which model of the release it was asked. */
  upstream: z.string().max(63).optional(),
  /** Which side of a rollout the request was on. */
  arm: z.enum(['stable', 'canary']).optional(),
  /** Another model answered than was asked for, or a tool was served that no pin has as it is. */
  drift: z
    .strictObject({
      kind: z.enum(['model', 'mcp-tool']),
      expected: z.string().max(200),
      seen: z.string().max(200),
      /** The waiver by which the answer was served all the same. */
      exception: z.string().max(64).optional(),
    })
    .optional(),
  /** What the user was told in the system's own name. */
  notices: z
    .array(z.strictObject({ kind: z.enum(NOTICE_KINDS), language: z.string().max(40), version: z.string().max(40) }))
    .max(4)
    .optional(),
})

/** A user's complaint about an answer. */
export const reportSchema = z.strictObject({
  kind: z.literal('report'),
  id: z.string().max(64),
  at: instant,
  system: z.string().max(63),
  environment: z.string().max(63),
  /** Id of the decision that it is about, as the user says. */
  request: z.string().max(64).nullable(),
  tenant: z.string().max(200).nullable(),
  principal: z.string().max(64).nullable(),
  category: z.enum(REPORT_CATEGORIES),
  /** Without control characters, personal data and secrets. */
  text: z.string().max(2 * REPORT_CHARS_MAX),
})

/** Requests of a tier that may be served without a record were served while none could be written. */
export const gapSchema = z.strictObject({
  kind: z.literal('gap'),
  id: z.string().max(64),
  at: instant,
  system: z.string().max(63),
  environment: z.string().max(63),
  count: z.int().min(1),
  since: instant,
  reason: z.string().max(300),
})

/** What a copy of a request got from a target whose answers nobody sees, beside what was answered; no content. */
export const shadowSchema = z.strictObject({
  kind: z.literal('shadow'),
  id: z.string().max(64),
  at: instant,
  rollout: z.string().max(63),
  model: z.string().max(200),
  upstream: z.string().max(63).nullable(),
  outcome: z.enum(['completed', 'denied', 'upstream-failed']),
  code: z.string().max(60).nullable(),
  totalMs: z.number().min(0),
  outputTokens: z.int().nullable(),
  /** Share of words that both answers have, 0 to 1. */
  similarity: z.number().min(0).max(1).nullable(),
  isSameFinish: z.boolean().nullable(),
  isSameTools: z.boolean().nullable(),
})

export const spoolLineSchema = z.discriminatedUnion('kind', [
  intentSchema,
  outcomeSchema,
  reportSchema,
  gapSchema,
  shadowSchema,
])

export type DecisionIntent = z.infer<typeof intentSchema>
export type DecisionOutcome = z.infer<typeof outcomeSchema>
export type ReportLine = z.infer<typeof reportSchema>
export type GapLine = z.infer<typeof gapSchema>
export type ShadowLine = z.infer<typeof shadowSchema>
export type SpoolLine = z.infer<typeof spoolLineSchema>

/** A sealed piece of a gateway's spool: one ledger leaf. */
export const segmentSchema = z.strictObject({
  segmentId: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  gateway: z.string().max(64),
  /** SHA-256 of the JSON lines as they lie on the gateway's disk. */
  digest,
  lines: z.array(spoolLineSchema).min(1).max(50_000),
})
export type Segment = z.infer<typeof segmentSchema>
