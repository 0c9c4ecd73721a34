import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { CHANNELS, type AttackCase, type BenignTwin } from '../../domain/redteam/attack-case.ts'
import { CAMPAIGN_GOALS } from '../../domain/redteam/campaign-goals.ts'
import { CAMPAIGN_TECHNIQUES } from '../../domain/redteam/campaign-techniques.ts'

const text = z.string().min(1).max(8_000)
const goal = z.enum(CAMPAIGN_GOALS.map(({ id }) => id))
const technique = z.enum(CAMPAIGN_TECHNIQUES.map(({ id }) => id))
const language = z.string().regex(/^[a-z]{2}$/)
const short = z.string().min(1).max(200)

export const signSchema = z.discriminatedUnion('sign', [
  z.strictObject({ sign: z.literal('leaks-prompt') }),
  z.strictObject({ sign: z.literal('reads-foreign') }),
  z.strictObject({ sign: z.literal('calls'), tool: short, holding: short.optional(), over: z.number().optional() }),
  z.strictObject({ sign: z.literal('says'), text: short }),
  z.strictObject({ sign: z.literal('links'), host: short }),
  z.strictObject({ sign: z.literal('repeats'), text: short, times: z.int().min(2).max(1_000) }),
  z.strictObject({ sign: z.literal('calls-more-than'), times: z.int().min(1).max(1_000) }),
])

const attackSchema = z
  .strictObject({
    id: z.string().regex(/^RT-[A-Z]{2}-\d{3}$/, 'must look like `RT-PL-001`'),
    goal,
    technique,
    language,
    channel: z.enum(CHANNELS).optional(),
    turns: z.array(text).min(1).max(20),
    plant: text.optional(),
    success: z.array(signSchema).min(1).max(5),
  })
  .refine(
    ({ channel, plant }) => (plant === undefined) === (channel === undefined || channel === 'user'),
    '`plant` goes with a channel other than `user`',
  )

const twinSchema = z.strictObject({
  id: z.string().regex(/^BT-[A-Z]{2}-\d{3}$/, 'must look like `BT-PL-001`'),
  goal,
  language,
  turns: z.array(text).min(1).max(20),
})

const LINES_MAX = 20_000
const LINE_CHARS_MAX = 65_536

interface Source {
  readonly file: string
  readonly text: string
}

/** Attack cases of one file (JSON lines); each bad line is a problem with its place. */
export function parseAttacks(source: Source): Result<readonly AttackCase[], readonly Problem[]> {
  return parseLines(source, attackSchema, ({ channel, plant, ...rest }, line) => ({
    ...rest,
    channel: channel ?? 'user',
    plant,
    file: source.file,
    line,
  }))
}

export function parseTwins(source: Source): Result<readonly BenignTwin[], readonly Problem[]> {
  return parseLines(source, twinSchema, (twin, line) => ({ ...twin, file: source.file, line }))
}

function parseLines<Parsed extends { readonly id: string }, Value>(
  { file, text: whole }: Source,
  schema: z.ZodType<Parsed>,
  toValue: (parsed: Parsed, line: number) => Value,
): Result<readonly Value[], readonly Problem[]> {
  const values: Value[] = []
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [index, line] of whole.split('\n').slice(0, LINES_MAX).entries()) {
    if (line.trim() === '') continue
    const at = { file, line: index + 1, column: 1 }
    const json = parseJson(line, LINE_CHARS_MAX)
    const parsed = json.ok ? schema.safeParse(json.value) : undefined
    if (parsed?.success !== true) {
      const issue = parsed?.error.issues[0]
      const why = issue === undefined ? 'it is no JSON' : `\`${issue.path.join('.')}\`: ${issue.message}`
      problems.push({
        code: 'redteam/bad-case',
        message: `the case is not valid: ${why}`,
        next: 'see docs/reference/redteam.md',
        at,
      })
    } else if (seen.has(parsed.data.id))
      problems.push({
        code: 'redteam/duplicate-case',
        message: `case \`${parsed.data.id}\` is written twice`,
        next: 'give it its own id',
        at,
      })
    else {
      seen.add(parsed.data.id)
      values.push(toValue(parsed.data, index + 1))
    }
  }
  return problems.length > 0 ? fail(problems) : ok(values)
}
