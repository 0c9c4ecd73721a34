import { z } from 'zod'
import { parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { CADENCES, PLACES } from '../../domain/controls/control.ts'
import type { DraftKind } from '../../domain/draft/draft.ts'
import { TIERS } from '../../domain/manifest/manifest.ts'
import { ARISES, STRIDE, THREAT_SEVERITIES } from '../../domain/threatmodel/threat.ts'

/** One paragraph of a person's language: no control characters, so that nothing in it can act on who reads it. */
const words = (max: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u, 'must hold no control characters')

const control = z.strictObject({
  id: z.string().regex(/^CTL-[A-Z]+-\d+$/),
  title: words(120),
  risk: words(500),
  statement: words(500),
  implementedIn: z.array(z.enum(PLACES)).min(1).max(5),
  evidence: words(500),
  owner: words(60),
  tiers: z.array(z.enum(TIERS)).min(1).max(3),
  cadence: z.enum(CADENCES),
})

const threat = z.strictObject({
  id: z.string().regex(/^THR-\d{3}$/),
  title: words(200),
  description: words(1_000),
  stride: z.enum(STRIDE),
  severity: z.enum(THREAT_SEVERITIES),
  references: z
    .array(z.string().regex(/^(?:LLM\d\d:2025|ASI\d\d|AML\.[TM]\d{4}(?:\.\d{3})?)$/))
    .min(1)
    .max(10),
  arises: z.enum(ARISES),
  rules: z
    .array(z.string().regex(/^GH-[A-Z]{3}-\d{3}$/))
    .min(1)
    .max(10),
})

const attack = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  turns: z.array(words(4_000)).min(1).max(5),
  risks: z
    .array(z.string().regex(/^(?:LLM|ASI)\d\d$/))
    .min(1)
    .max(5),
  expect: z
    .array(
      z.discriminatedUnion('scorer', [
        z.strictObject({ scorer: z.literal('no-canary') }),
        z.strictObject({ scorer: z.literal('no-foreign-record') }),
        z.strictObject({ scorer: z.literal('tool-not-called'), tool: z.string().min(1).max(64) }),
        z.strictObject({ scorer: z.literal('excludes'), any: z.array(words(200)).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(5),
})

const CONTENTS = {
  control: z.strictObject({ controls: z.array(control).min(1).max(20) }),
  threats: z.strictObject({ threats: z.array(threat).min(1).max(30) }),
  attacks: z.strictObject({ cases: z.array(attack).min(1).max(50) }),
  narrative: z.strictObject({ title: words(200), paragraphs: z.array(words(2_000)).min(1).max(20) }),
  alerts: z.strictObject({
    groups: z
      .array(
        z.strictObject({
          title: words(200),
          why: words(1_000),
          alerts: z.array(z.string().min(1).max(200)).min(1).max(500),
        }),
      )
      .min(1)
      .max(50),
  }),
} as const satisfies Readonly<Record<DraftKind, z.ZodType>>

export type ControlDraft = z.infer<(typeof CONTENTS)['control']>
export type ThreatsDraft = z.infer<(typeof CONTENTS)['threats']>
export type AttacksDraft = z.infer<(typeof CONTENTS)['attacks']>
export type NarrativeDraft = z.infer<(typeof CONTENTS)['narrative']>
export type AlertsDraft = z.infer<(typeof CONTENTS)['alerts']>

/** The JSON Schema that the model is told to keep to. */
export function draftJsonSchema(kind: DraftKind): object {
  return z.toJSONSchema(CONTENTS[kind], { io: 'input' })
}

const REPLY_CHARS_MAX = 200_000

/** Content of a draft from what a model answered: JSON alone or in one fence, of exactly the form that was asked for. */
export function parseDraftReply(kind: DraftKind, reply: string): Result<JsonObject, Problem> {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(reply.slice(0, REPLY_CHARS_MAX))?.[1] ?? reply
  const json = parseJson(fenced, REPLY_CHARS_MAX)
  if (!json.ok)
    return fail({
      code: 'draft/bad-reply',
      message: `the model answered with no JSON: ${json.failure.message}`,
      next: 'ask again, or ask another model; nothing was stored',
    })
  return parseDraftContent(kind, json.value)
}

export function parseDraftContent(kind: DraftKind, value: unknown): Result<JsonObject, Problem> {
  const parsed = CONTENTS[kind].safeParse(value)
  if (parsed.success) return ok(parsed.data as unknown as JsonObject)
  const [issue] = parsed.error.issues
  return fail({
    code: 'draft/bad-reply',
    message: `the draft is not of the form that was asked for, at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`,
    next: 'ask again, or ask another model; nothing was stored',
  })
}
