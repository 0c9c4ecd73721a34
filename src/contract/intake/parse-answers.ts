import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { ActEntry } from '../../domain/intake/classify-ai-act.ts'
import type { IntakeAnswers } from '../../domain/intake/assess-intake.ts'
import { AI_ACT_ROLES, AUDIENCES, AUTONOMIES, DATA_CLASSES, EFFECTS } from '../../domain/manifest/manifest.ts'
import type { FrameworkFile } from '../controls/parse-framework.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

/** The answers to the questionnaire: the manifest's `intake` and what is not known from a manifest yet. */
export const answersSchema = z
  .strictObject({
    intake: z.strictObject({
      purpose: z.string().min(1).max(2_000),
      audience: z.enum(AUDIENCES),
      domain: z.string().regex(/^[a-z][a-z0-9-]{1,63}$/),
      dataClasses: z.array(z.enum(DATA_CLASSES)).min(1),
      autonomy: z.enum(AUTONOMIES),
      multiTenant: z.boolean().optional(),
      regions: z.array(z.string().regex(/^[a-z0-9-]{2,32}$/)).optional(),
      aiActRole: z.enum(AI_ACT_ROLES).optional(),
    }),
    actions: z.array(z.enum(EFFECTS)).max(4).optional(),
    retrievesDocuments: z.boolean().optional(),
    isFineTuned: z.boolean().optional(),
    usesVendorModel: z.boolean().optional(),
    generatesContent: z.boolean().optional(),
    isSafetyComponent: z.boolean().optional(),
    hasDerogation: z.boolean().optional(),
    providesGeneralPurposeModel: z.boolean().optional(),
    frameworks: z.array(z.string().max(63)).max(20).optional(),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/intake-answers.schema.json', title: 'Answers to the Gatehouse intake' })

export function parseAnswers(file: string, text: string): Result<IntakeAnswers, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = answersSchema.safeParse(yaml.value.value)
  return parsed.success ? ok(parsed.data) : fail(schemaProblems('intake', yaml.value, parsed.error))
}

/** The act's entries with their dates; an entry without a date says so by null. */
export function actEntriesOf(files: readonly FrameworkFile[]): readonly ActEntry[] {
  const act = files.find(({ framework }) => framework.id === 'eu-ai-act')
  return (act?.entries ?? []).map(({ id, title, appliesFrom, dateConfidence, note }) => ({
    id,
    title,
    appliesFrom: appliesFrom ?? null,
    dateConfidence: dateConfidence ?? 'unclear',
    note,
  }))
}
