import { z } from 'zod'
import { utf8 } from '../../base/bytes.ts'
import { digestOfJson, digestOfBytes, type Sha256 } from '../../base/digest.ts'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { SUITE_PURPOSES, type Suite, type SuiteCase } from '../../domain/evaluation/suite.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const relativePath = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (path) => !/^(?:\/|[A-Za-z]:)|\\|(?:^|\/)\.\.(?:\/|$)|\0/.test(path),
    'must be a relative path inside the project',
  )
const texts = z.array(z.string().min(1).max(2_000)).min(1).max(50)
const args = z.record(z.string().max(100), z.union([z.string().max(1_000), z.number()])).optional()
const tool = z.string().min(1).max(64)

const expectation = z.discriminatedUnion('scorer', [
  z.strictObject({ scorer: z.literal('answered') }),
  z.strictObject({ scorer: z.literal('contains'), any: texts }),
  z.strictObject({ scorer: z.literal('excludes'), any: texts }),
  z.strictObject({ scorer: z.literal('cites'), doc: z.string().min(1).max(200) }),
  z.strictObject({ scorer: z.literal('tool-called'), tool, args }),
  z.strictObject({ scorer: z.literal('tool-not-called'), tool, args }),
  z.strictObject({ scorer: z.literal('no-canary') }),
  z.strictObject({ scorer: z.literal('no-foreign-record') }),
])

export const caseSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/),
  tags: z.array(z.string().max(60)).max(20).optional(),
  risks: z.array(z.string().max(60)).max(20).optional(),
  subject: z.strictObject({
    tenant: z.string().min(1).max(100),
    principal: z.string().min(1).max(200),
    roles: z.array(z.string().max(60)).max(20),
    email: z.string().max(254).optional(),
  }),
  turns: z.array(z.string().min(1).max(50_000)).min(1).max(50),
  expect: z.array(expectation).min(1).max(20),
  /** The document that carries an indirect attack. */
  via: z.string().max(200).optional(),
})

export const suiteSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('Suite'),
    metadata: z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      title: z.string().max(200),
    }),
    purpose: z.enum(SUITE_PURPOSES),
    target: z.strictObject({ module: relativePath }),
    trials: z.int().min(1).max(50).optional(),
    seed: z.int().min(0).max(2_147_483_647).optional(),
    /** JSONL file, one case a line. */
    cases: relativePath,
  })
  .meta({ id: 'https://gatehouse.dev/schemas/suite.schema.json', title: 'Gatehouse suite' })

const CASES_CHARS_MAX = 64 * 1_048_576
const CASES_MAX = 100_000

export type SuiteHead = z.infer<typeof suiteSchema>

export function parseSuiteHead(file: string, text: string): Result<SuiteHead, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = suiteSchema.safeParse(yaml.value.value)
  return parsed.success ? ok(parsed.data) : fail(schemaProblems('suite', yaml.value, parsed.error))
}

/** Parses the cases of a suite; each bad line is a problem with its place. */
export function parseSuite(
  sha256: Sha256,
  head: SuiteHead,
  suiteText: string,
  cases: { readonly file: string; readonly text: string },
): Result<Suite, readonly Problem[]> {
  const parsed = parseCases(cases.file, cases.text)
  if (!parsed.ok) return parsed
  return ok({
    id: head.metadata.id,
    version: head.metadata.version,
    purpose: head.purpose,
    trials: head.trials ?? 1,
    seed: head.seed ?? 1,
    target: head.target.module,
    cases: parsed.value,
    digest: digestOfJson(sha256, [digestOfBytes(sha256, utf8(suiteText)), digestOfBytes(sha256, utf8(cases.text))]),
  })
}

export function parseCases(file: string, text: string): Result<readonly SuiteCase[], readonly Problem[]> {
  if (text.length > CASES_CHARS_MAX)
    return fail([
      {
        code: 'suite/too-large',
        message: `\`${file}\` is longer than ${CASES_CHARS_MAX} characters`,
        next: 'split it',
      },
    ])
  const problems: Problem[] = []
  const cases: SuiteCase[] = []
  const seen = new Map<string, number>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const at = { file, line: index + 1, column: 1 }
    const parsed = parseCase(line)
    if (!parsed.ok) problems.push({ ...parsed.failure, at })
    else if (seen.has(parsed.value.id))
      problems.push({
        code: 'suite/duplicate-case',
        message: `case \`${parsed.value.id}\` is also on line ${seen.get(parsed.value.id) ?? 0}`,
        next: 'give it its own id',
        at,
      })
    else {
      seen.set(parsed.value.id, index + 1)
      const { tags, risks, subject, turns, expect, id } = parsed.value
      cases.push({ id, tags: tags ?? [], risks: risks ?? [], subject, turns, expect, file, line: index + 1 })
    }
    if (problems.length >= 50 || cases.length > CASES_MAX) break
  }
  if (cases.length === 0 && problems.length === 0)
    problems.push({
      code: 'suite/no-cases',
      message: `\`${file}\` has no case`,
      next: 'write one JSON object a line',
      at: { file, line: 1, column: 1 },
    })
  return problems.length > 0 ? fail(problems) : ok(cases)
}

function parseCase(line: string): Result<z.infer<typeof caseSchema>, Problem> {
  const json = parseJson(line, 1_000_000)
  if (!json.ok)
    return fail({
      code: 'suite/bad-line',
      message: `the line is no JSON: ${json.failure.message}`,
      next: 'write one JSON object a line',
    })
  const parsed = caseSchema.safeParse(json.value)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  return fail({
    code: 'suite/bad-case',
    message: `the case is not valid at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`,
    next: 'see docs/reference/suite.md',
  })
}
