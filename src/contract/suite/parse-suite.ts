import { utf8 } from '../../base/bytes.ts'
import { digestOfJson, digestOfBytes, type Sha256 } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Suite, SuiteCase, SuiteCriterion } from '../../domain/evaluation/suite.ts'
import { ALPHA_DEFAULT } from '../../domain/statistics/criterion.ts'
import { parseYaml, type YamlSource } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'
import { CaseReader, parseCases, resultOf } from './parse-cases.ts'
import { suiteSchema, type SuiteHead } from './suite-schema.ts'

export function parseSuiteHead(file: string, text: string): Result<SuiteHead, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = suiteSchema.safeParse(yaml.value.value)
  if (!parsed.success) return fail(schemaProblems('suite', yaml.value, parsed.error))
  const problems = headProblems(parsed.data, yaml.value)
  return problems.length > 0 ? fail(problems) : ok(parsed.data)
}

function headProblems(head: SuiteHead, source: YamlSource): readonly Problem[] {
  const judges = new Set((head.judges ?? []).map(({ id }) => id))
  return (head.criteria ?? []).flatMap(({ metric }, index) => {
    if (!metric.startsWith('judge:') || judges.has(metric.slice('judge:'.length))) return []
    return [
      {
        code: 'suite/unknown-judge',
        message: `no judge is named \`${metric.slice('judge:'.length)}\``,
        next: 'declare it under `judges`',
        at: source.positionOf(['criteria', index, 'metric']),
      },
    ]
  })
}

/** Parses the cases of a suite; each bad line is a problem with its place. */
export function parseSuite(
  sha256: Sha256,
  head: SuiteHead,
  suiteText: string,
  cases: { readonly file: string; readonly text: string },
): Result<Suite, readonly Problem[]> {
  const parsed = Array.isArray(head.cases)
    ? inlineCases(head, cases.file, suiteText)
    : parseCases(cases.file, cases.text, head)
  if (!parsed.ok) return parsed
  if (head.target === undefined || !('module' in head.target) || 'type' in head.target)
    return fail([
      {
        code: 'suite/no-module',
        message: `suite \`${head.metadata.id}\` names no module, which a gate needs to run the application`,
        next: 'write `target: { module: … }`, or run it by `gatehouse eval run`',
        at: { file: cases.file, line: 1, column: 1 },
      },
    ])
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

/** Cases that stand in the head itself, with their places in it. */
export function inlineCases(
  head: SuiteHead,
  file: string,
  suiteText: string,
): Result<readonly SuiteCase[], readonly Problem[]> {
  const yaml = parseYaml(file, suiteText)
  if (!yaml.ok) return yaml
  const reader = new CaseReader(head)
  const cases: SuiteCase[] = []
  for (const [index, entry] of (Array.isArray(head.cases) ? head.cases : []).entries()) {
    const suiteCase = reader.value(entry, yaml.value.positionOf(['cases', index]))
    if (suiteCase !== undefined) cases.push(suiteCase)
  }
  return resultOf(reader, cases, file)
}

/** The criteria of a suite with their defaults. */
export function criteriaOf(head: SuiteHead): readonly SuiteCriterion[] {
  return (head.criteria ?? []).map(({ id, metric, atMost, atLeast, alpha, design, tag }) => ({
    id,
    metric,
    direction: atMost === undefined ? 'at-least' : 'at-most',
    threshold: atMost ?? atLeast ?? 0,
    alpha: alpha ?? ALPHA_DEFAULT,
    design: design ?? 'fixed',
    ...(tag === undefined ? {} : { tag }),
  }))
}
