import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { TOPIC_IDS, unknownTopics } from '../../domain/detection/content/topics.ts'
import { boundedProblem } from '../../domain/authorization/declassify.ts'
import { checkReferences } from '../../domain/manifest/check-references.ts'
import type { ReferenceProblem } from '../../domain/manifest/reference-problem.ts'
import { ruleProblem } from '../../domain/guardrail/rule-set.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { parseYaml, type YamlSource } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'
import { manifestSchema } from './manifest-schema.ts'

export interface ManifestFile {
  readonly manifest: Manifest
  /** As parsed, without defaults: what the release digest covers. */
  readonly raw: JsonObject
  readonly source: YamlSource
}

/** From YAML text to a manifest, or every problem found, each with its place and a next step. */
export function parseManifest(file: string, text: string): Result<ManifestFile, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const source = yaml.value
  const parsed = manifestSchema.safeParse(source.value)
  if (!parsed.success) return fail(schemaProblems('manifest', source, parsed.error))
  const manifest: Manifest = parsed.data
  const problems = [
    ...checkReferences(manifest),
    ...topicProblems(manifest),
    ...ruleProblems(manifest),
    ...revealProblems(manifest),
  ].map(({ path, ...problem }) => ({ ...problem, at: source.positionOf(path) }))
  if (problems.length > 0) return fail(problems)
  return ok({ manifest, raw: source.value as JsonObject, source })
}

/** A pattern that cannot be searched for in bounded time would be no rule. */
function ruleProblems({ guard }: Manifest): readonly ReferenceProblem[] {
  const problem = guard?.rules === undefined ? undefined : ruleProblem(guard.rules)
  if (problem === undefined) return []
  return [
    {
      code: 'manifest/bad-pattern',
      path: ['guard', 'rules', problem.rule, 'pattern'],
      message: `rule \`${guard?.rules?.[problem.rule]?.id ?? ''}\`: ${problem.message}`,
      next: 'see docs/reference/guard.md#rules-of-your-own for what a pattern may hold',
    },
  ]
}

/** A field that could say more than one of few values would carry an order to the model. */
function revealProblems({ guard }: Manifest): readonly ReferenceProblem[] {
  return (guard?.opaque?.reveal ?? []).flatMap(({ schema }, index) => {
    const problem = boundedProblem(schema)
    return problem === undefined
      ? []
      : [
          {
            code: 'manifest/unbounded-field',
            path: ['guard', 'opaque', 'reveal', index, 'schema'],
            message: `the schema cannot be told from: ${problem}`,
            next: 'use a boolean, an enum, a date, or a number with a range of 4,294,967,296 steps at most',
          },
        ]
  })
}

/** A topic that no word list stands behind would be denied by nobody. */
function topicProblems({ guard }: Manifest): readonly ReferenceProblem[] {
  const denied = guard?.topics?.deny ?? []
  const unknown = new Set(unknownTopics(denied, guard?.topics?.define))
  return denied.flatMap((id, index) =>
    unknown.has(id)
      ? [
          {
            code: 'manifest/unknown-topic',
            path: ['guard', 'topics', 'deny', index],
            message: `\`${id}\` is no topic`,
            next: `use one of ${TOPIC_IDS.join(', ')}, or define it under \`topics.define\``,
          },
        ]
      : [],
  )
}
