import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const words = z.string().min(1).max(300)

const templateSchema = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('Template'),
  metadata: z.strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    title: words,
    description: words,
  }),
  /** A change to one file, all places of it, by which the template's own gate is blocked. */
  weakness: z.strictObject({
    title: words,
    file: z.string().min(1).max(300),
    find: words,
    replace: z.string().max(300),
    blockedBy: z.string().regex(/^GH-[A-Z]{3}-\d{3}$/),
  }),
})

/** What `template.yaml` says of a golden path. */
export type TemplateHead = z.infer<typeof templateSchema>

export function parseTemplateHead(file: string, text: string): Result<TemplateHead, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = templateSchema.safeParse(yaml.value.value)
  return parsed.success ? ok(parsed.data) : fail(schemaProblems('template', yaml.value, parsed.error))
}
