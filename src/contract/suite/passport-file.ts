import { z } from 'zod'
import { epochMs, parseRfc3339, toRfc3339 } from '../../base/instant.ts'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { JudgePassport } from '../../domain/evaluation/passport.ts'

const counted = z
  .strictObject({ k: z.int().min(0), n: z.int().min(0) })
  .refine(({ k, n }) => k <= n, '`k` is above `n`')
const instant = z.string().refine((text) => parseRfc3339(text) !== undefined, 'must be an RFC 3339 instant')
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const passportSchema = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('JudgePassport'),
  judge: z.string(),
  judgeDigest: digest,
  labelsDigest: digest,
  sensitivity: counted,
  specificity: counted,
  issuedAt: instant,
  expiresAt: instant,
})

const CHARS_MAX = 100_000

export function parsePassport(file: string, text: string): Result<JudgePassport, Problem> {
  const json = parseJson(text, CHARS_MAX)
  const parsed = json.ok ? passportSchema.safeParse(json.value) : undefined
  if (parsed?.success !== true)
    return fail({
      code: 'judge/bad-passport',
      message: `\`${file}\` is no passport${parsed === undefined ? '' : ` (at \`${parsed.error.issues[0]?.path.join('.') ?? ''}\`)`}`,
      next: 'write it by `gatehouse eval calibrate`',
      at: { file, line: 1, column: 1 },
    })
  const { issuedAt, expiresAt, apiVersion: _, kind: __, ...rest } = parsed.data
  return ok({
    ...rest,
    issuedAt: parseRfc3339(issuedAt) ?? epochMs(0),
    expiresAt: parseRfc3339(expiresAt) ?? epochMs(0),
  })
}

export function printPassport(passport: JudgePassport): string {
  const { issuedAt, expiresAt, ...rest } = passport
  const file = {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'JudgePassport',
    ...rest,
    issuedAt: toRfc3339(issuedAt),
    expiresAt: toRfc3339(expiresAt),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
