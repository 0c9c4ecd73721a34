import { z } from 'zod'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { ARISES, MEASURES, STRIDE, THREAT_SEVERITIES, type ThreatKind } from '../../domain/threatmodel/threat.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const kind = z.strictObject({
  id: z.string().regex(/^THR-\d{3}$/, 'must look like `THR-001`'),
  title: z.string().min(1).max(200),
  description: z.string().min(1).max(1_000),
  stride: z.enum(STRIDE),
  severity: z.enum(THREAT_SEVERITIES),
  references: z
    .array(z.string().regex(/^(?:LLM\d\d:2025|ASI\d\d|AML\.[TM]\d{4}(?:\.\d{3})?)$/))
    .min(1)
    .max(20),
  arises: z.enum(ARISES),
  measures: z.array(z.enum(MEASURES)).max(10),
  rules: z
    .array(z.string().regex(/^GH-[A-Z]{3}-\d{3}$/))
    .min(1)
    .max(10),
})

const catalogue = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('ThreatCatalogue'),
  metadata: z.strictObject({ id: z.string().max(63), version: z.string().regex(/^\d+\.\d+\.\d+$/) }),
  threats: z.array(kind).min(1).max(500),
})

export function parseThreats(file: string, text: string): Result<readonly ThreatKind[], readonly Problem[]> {
  const source = parseYaml(file, text)
  if (!source.ok) return source
  const parsed = catalogue.safeParse(source.value.value)
  if (!parsed.success) return fail(schemaProblems('threats', source.value, parsed.error))
  const { threats } = parsed.data
  const twice = threats.findIndex(({ id }, index) => threats.findIndex((other) => other.id === id) < index)
  if (twice >= 0)
    return fail([
      {
        code: 'threats/invalid',
        message: `\`${threats[twice]?.id ?? ''}\` is there twice`,
        next: 'give it an id of its own',
        at: source.value.positionOf(['threats', twice, 'id']),
      },
    ])
  return ok(threats)
}
