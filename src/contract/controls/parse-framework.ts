import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Framework } from '../../domain/controls/control.ts'

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

const entrySchema = z.strictObject({
  id: z.string().min(1).max(40),
  title: z.string().min(1).max(200),
  parent: z.string().max(40).optional(),
  summary: z.string().max(500).optional(),
  /** When the entry binds; by class of system where that differs. */
  appliesFrom: z.union([date, z.strictObject({ annexIII: date, annexI: date })]).nullish(),
  dateConfidence: z.enum(['corroborated', 'recalled', 'unclear']).optional(),
  dutyHolder: z.string().max(60).optional(),
  note: z.string().max(300).optional(),
})

const frameworkSchema = z.strictObject({
  framework: z.strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    name: z.string().min(1).max(200),
    version: z.string().min(1).max(200),
    publisher: z.string().min(1).max(100),
  }),
  /** What may be copied from the framework, and on what terms. */
  licence: z.string().min(1).max(500),
  timeline: z.array(z.strictObject({ date, what: z.string().max(300) })).optional(),
  entries: z.array(entrySchema).min(1).max(2_000),
})

export type FrameworkFile = z.infer<typeof frameworkSchema>

const CHARS_MAX = 1_048_576

export function parseFrameworkFile(file: string, text: string): Result<FrameworkFile, Problem> {
  const json = parseJson(text, CHARS_MAX)
  const parsed = json.ok ? frameworkSchema.safeParse(json.value) : undefined
  if (parsed?.success === true) return ok(parsed.data)
  const issue = parsed?.error.issues[0]
  return fail({
    code: 'controls/framework',
    message: `\`${file}\` is no framework file: ${issue === undefined ? 'not JSON' : `${issue.path.join('.')}: ${issue.message}`}`,
    next: 'compare it with those in `catalog/frameworks`',
    at: { file, line: 1, column: 1 },
  })
}

export function frameworkOf({ framework, licence, entries }: FrameworkFile): Framework {
  return {
    ...framework,
    licence,
    entries: entries.map(({ id, title, parent }) => ({ id, title, parent })),
  }
}
