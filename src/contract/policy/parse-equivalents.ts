import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { EquivalentMutant } from '../../domain/policy/mutate-pack.ts'

const schema = z
  .array(
    z.strictObject({
      rule: z.string().regex(/^GH-[A-Z]{3}-\d{3}$/),
      field: z.enum(['when', 'expr']),
      mutant: z.string().min(1).max(4_000),
      reason: z.string().min(20).max(500),
    }),
  )
  .max(1_000)

/** `policies/equivalents.json`: mutants that no input can tell from their origin, each with the reason. */
export function parseEquivalents(file: string, text: string): Result<readonly EquivalentMutant[], Problem> {
  const json = parseJson(text, 1_048_576)
  const parsed = json.ok ? schema.safeParse(json.value) : undefined
  if (parsed?.success === true) return ok(parsed.data)
  const issue = parsed?.error.issues[0]
  return fail({
    code: 'policy/equivalents',
    message: `\`${file}\` does not list equivalent mutants: ${issue === undefined ? 'it is not JSON' : `${issue.path.join('.')}: ${issue.message}`}`,
    next: 'write a list of { rule, field, mutant, reason }',
    at: { file, line: 1, column: 1 },
  })
}
