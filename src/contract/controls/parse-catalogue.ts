import { z } from 'zod'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import {
  CADENCES,
  EVIDENCE_RECORDS,
  PLACES,
  RELATIONS,
  type Control,
  type Crosswalk,
} from '../../domain/controls/control.ts'
import { TIERS } from '../../domain/manifest/manifest.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const words = z.string().min(1).max(500)
const days = z.int().min(1).max(3_660)
const key = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const entries = z.array(z.string().min(1).max(40)).min(1).max(40)

const controlSchema = z.strictObject({
  id: z.string().regex(/^CTL-[A-Z]+-\d+$/, 'must look like `CTL-SEC-001`'),
  title: z.string().min(1).max(120),
  risk: words,
  statement: words,
  implementedIn: z.array(z.enum(PLACES)).min(1),
  checks: z
    .array(z.string().regex(/^GH-[A-Z]{3}-\d{3}$/))
    .max(50)
    .optional(),
  attestations: z
    .array(z.strictObject({ id: key, what: words, maxAgeDays: days }))
    .max(10)
    .optional(),
  records: z
    .array(z.strictObject({ kind: z.enum(EVIDENCE_RECORDS), what: words, maxAgeDays: days }))
    .max(10)
    .optional(),
  owner: z.string().min(1).max(60),
  tiers: z.array(z.enum(TIERS)).min(1),
  cadence: z.enum(CADENCES),
  crosswalks: z.record(key, z.partialRecord(z.enum(RELATIONS), entries)),
})

export const catalogueSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('ControlCatalogue'),
    metadata: z.strictObject({
      id: key,
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      title: z.string().min(1).max(200),
    }),
    controls: z.array(controlSchema).min(1).max(500),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/control-catalogue.schema.json', title: 'Gatehouse control catalogue' })

/** Controls of one catalogue file. Whether their ids exist elsewhere is `checkCatalogue`'s question. */
export function parseCatalogueFile(file: string, text: string): Result<readonly Control[], readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = catalogueSchema.safeParse(yaml.value.value)
  if (!parsed.success) return fail(schemaProblems('controls', yaml.value, parsed.error))
  return ok(
    parsed.data.controls.map((control) => ({
      ...control,
      checks: control.checks ?? [],
      attestations: control.attestations ?? [],
      records: control.records ?? [],
      crosswalks: crosswalksOf(control.crosswalks),
      catalogue: parsed.data.metadata.id,
    })),
  )
}

/** Where each control of a file stands. */
export function controlPositions(file: string, text: string): ReadonlyMap<string, SourcePosition> {
  const yaml = parseYaml(file, text)
  const parsed = yaml.ok ? catalogueSchema.safeParse(yaml.value.value) : undefined
  if (!yaml.ok || parsed?.success !== true) return new Map()
  const source = yaml.value
  return new Map(parsed.data.controls.map(({ id }, index) => [id, source.positionOf(['controls', index, 'id'])]))
}

function crosswalksOf(written: z.infer<typeof controlSchema>['crosswalks']): readonly Crosswalk[] {
  return Object.entries(written).flatMap(([framework, byRelation]) =>
    RELATIONS.flatMap((relation) => (byRelation[relation] ?? []).map((entry) => ({ framework, entry, relation }))),
  )
}
