import { z } from 'zod'
import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes, type Sha256 } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { regoExpression, type RegoSource } from '../../domain/policy/rego-engine.ts'
import {
  BUILTIN_CHECKS,
  CHECK_METRICS,
  POLICY_MODES,
  POLICY_SCOPES,
  REQUEST_EFFECTS,
  isServedScope,
  SEVERITIES,
  TEST_EXPECTATIONS,
  testPack,
  variablesOf,
  type PolicyPack,
  type PolicyRule,
} from '../../domain/policy/policy-pack.ts'
import { CAMPAIGN_GOALS } from '../../domain/redteam/campaign-goals.ts'
import { INTERCHANGE_TOOLS } from '../interchange/interchange-tools.ts'
import { parseYaml, type YamlSource } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const perTier = z.strictObject({
  T1: z.number().min(0).max(1),
  T2: z.number().min(0).max(1),
  T3: z.number().min(0).max(1),
})

const check = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('builtin'), name: z.enum(BUILTIN_CHECKS) }),
  z
    .strictObject({
      kind: z.literal('suite'),
      purpose: z.enum(['red-team', 'benign', 'quality', 'regression']),
      metric: z.enum(CHECK_METRICS),
      atMost: perTier.optional(),
      atLeast: perTier.optional(),
      design: z.enum(['fixed', 'sequential']).optional(),
    })
    .refine(
      (spec) =>
        (spec.metric === 'all-hold') === (spec.atMost === undefined && spec.atLeast === undefined) &&
        (spec.atMost === undefined || spec.atLeast === undefined),
      'set exactly one of `atMost` and `atLeast` (none for `all-hold`)',
    )
    .refine(
      (spec) => spec.metric !== 'all-hold' || spec.design !== 'sequential',
      '`all-hold` runs every case: it has no `design`',
    ),
  z.strictObject({
    kind: z.literal('redteam'),
    budget: z.int().min(1).max(100_000),
    goals: z
      .array(z.enum(CAMPAIGN_GOALS.map(({ id }) => id)))
      .min(1)
      .optional(),
    atMost: perTier,
  }),
  z.strictObject({
    kind: z.literal('imported'),
    tools: z.array(z.enum(INTERCHANGE_TOOLS)).min(1).optional(),
    atLeast: perTier.optional(),
  }),
])

const rule = z.strictObject({
  id: z.string().regex(/^GH-[A-Z]{3}-\d{3}$/, 'must look like `GH-INJ-001`'),
  title: z.string().min(1).max(200),
  severity: z.enum(SEVERITIES),
  controls: z
    .array(z.string().regex(/^CTL-[A-Z]+-\d+$/))
    .min(1)
    .max(20),
  frameworks: z.array(z.string().max(60)).max(20).optional(),
  when: z.string().min(1).max(1_000).optional(),
  check: check.optional(),
  expr: z.string().min(1).max(2_000).optional(),
  rego: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z_]\w*(\/[a-zA-Z_]\w*)*$/, 'must be a path below `data`, like `gatehouse/release/allow`')
    .optional(),
  message: z.string().min(1).max(500),
  fix: z.string().min(1).max(500),
  maxAgeDays: z.int().min(1).max(366).optional(),
  mode: z.enum(POLICY_MODES).optional(),
  effect: z.enum(REQUEST_EFFECTS).optional(),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        input: z.record(z.string(), z.json()),
        expect: z.enum(TEST_EXPECTATIONS),
      }),
    )
    .min(2)
    .max(50),
})

const engine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('opa-bundle'),
    file: z.string().regex(/^[\w-][\w.-]{0,99}\.tar\.gz$/, 'must be the name of a `.tar.gz` beside the pack'),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must look like `sha256:…`'),
  }),
  z.strictObject({
    kind: z.literal('opa-remote'),
    endpoint: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the name of an endpoint'),
  }),
])

export const packSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('PolicyPack'),
    metadata: z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      title: z.string().max(200),
      scope: z.enum(POLICY_SCOPES).optional(),
      mode: z.enum(POLICY_MODES).optional(),
      engine: engine.optional(),
      notes: z
        .array(z.strictObject({ version: z.string().regex(/^\d+\.\d+\.\d+$/), text: z.string().min(1).max(1_000) }))
        .max(100)
        .optional(),
    }),
    rules: z.array(rule).min(1).max(500),
  })
  .meta({ id: 'https://gatehouse.dev/schemas/policy-pack.schema.json', title: 'Gatehouse policy pack' })

const MAX_AGE_DAYS_DEFAULT = 30

/** Parses, compiles and tests a pack: refused unless every expression compiles and every rule has a passing and a failing test that hold. */
export function parsePack(
  sha256: Sha256,
  policyEngine: PolicyEngine,
  file: string,
  text: string,
): Result<PolicyPack, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const source = yaml.value
  const parsed = packSchema.safeParse(source.value)
  if (!parsed.success) return fail(schemaProblems('policy', source, parsed.error))
  const { metadata, rules } = parsed.data
  const pack: PolicyPack = {
    ...metadata,
    engine: metadata.engine as RegoSource | undefined,
    file,
    digest: digestOfBytes(sha256, utf8(text)),
    ...(isServedScope(metadata.scope) ? { source: text } : {}),
    rules: rules.map((entry, index) => ({
      ...entry,
      frameworks: entry.frameworks ?? [],
      when: entry.when ?? 'true',
      expr: entry.rego === undefined ? (entry.expr ?? '') : regoExpression(entry.rego),
      check: entry.check,
      maxAgeDays: entry.maxAgeDays ?? MAX_AGE_DAYS_DEFAULT,
      tests: entry.tests.map((test) => ({ ...test, input: test.input as JsonObject })),
      line: source.positionOf(['rules', index]).line,
    })),
  }
  const misplaced = rules.flatMap((entry, index) => languageProblem(entry, pack, source.positionOf(['rules', index])))
  if (misplaced.length > 0) return fail(misplaced)
  const problems = checkPack(policyEngine, pack, source)
  return problems.length > 0 ? fail(problems) : ok(pack)
}

/** One rule speaks one language, and only a pack that says who is asked speaks Rego. */
function languageProblem(
  { id, expr, rego }: { readonly id: string; readonly expr?: string | undefined; readonly rego?: string | undefined },
  { engine: source, scope }: PolicyPack,
  at: SourcePosition,
): readonly Problem[] {
  const message =
    (expr === undefined) === (rego === undefined)
      ? 'needs exactly one of `expr` and `rego`'
      : rego !== undefined && (source === undefined || isServedScope(scope))
        ? 'has `rego`: that needs `metadata.engine`, and a pack that reads releases'
        : undefined
  return message === undefined
    ? []
    : [{ code: 'policy/rego', message: `rule \`${id}\` ${message}`, next: 'see docs/reference/policy-pack.md', at }]
}

/** Evidence is of releases, and an effect of requests: in the other scope the key would be read by nothing. */
function misplacedKey(pack: PolicyPack, rule: PolicyRule): 'check' | 'effect' | undefined {
  if (isServedScope(pack.scope) && rule.check !== undefined) return 'check'
  // Nobody is asked about a request to a model: people decide on calls.
  if (pack.scope === 'request') return undefined
  return rule.effect === undefined ? undefined : 'effect'
}

function checkPack(engine: PolicyEngine, pack: PolicyPack, source: YamlSource): readonly Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [index, entry] of pack.rules.entries()) {
    const at = source.positionOf(['rules', index, 'id'])
    if (seen.has(entry.id))
      problems.push({
        code: 'policy/duplicate-rule',
        message: `rule \`${entry.id}\` is written twice`,
        next: 'give it its own id',
        at,
      })
    seen.add(entry.id)
    const misplaced = misplacedKey(pack, entry)
    if (misplaced !== undefined)
      problems.push({
        code: 'policy/misplaced-key',
        message: `rule \`${entry.id}\`: \`${misplaced}\` has no meaning in a pack of scope \`${pack.scope ?? 'release'}\``,
        next: 'remove it, or change `metadata.scope`',
        at: source.positionOf(['rules', index, misplaced]),
      })
    // The text of a Rego query is no CEL: it is compiled by whoever made the bundle.
    for (const field of entry.rego === undefined ? (['when', 'expr'] as const) : (['when'] as const)) {
      const compiled = engine.compile(entry[field], variablesOf(pack))
      if (!compiled.ok)
        problems.push({
          code: compiled.failure.code,
          message: `rule \`${entry.id}\`, \`${field}\`: ${compiled.failure.message}`,
          next: 'correct the expression',
          at: source.positionOf(['rules', index, field]),
        })
    }
    for (const wanted of ['pass', 'fail'] as const)
      if (!entry.tests.some(({ expect }) => expect === wanted))
        problems.push({
          code: 'policy/untested-rule',
          message: `rule \`${entry.id}\` has no test that expects \`${wanted}\``,
          next: 'add one under `tests`',
          at: source.positionOf(['rules', index, 'tests']),
        })
  }
  if (problems.length > 0) return problems
  const index = new Map(pack.rules.map((entry, position) => [entry.id, position]))
  return testPack(engine, pack)
    .filter(({ isMet }) => !isMet)
    .map(({ rule: id, test, detail }) => ({
      code: 'policy/test-failed',
      message: `rule \`${id}\`, test \`${test}\`: ${detail}`,
      next: 'correct the rule or its test',
      at: source.positionOf(['rules', index.get(id) ?? 0, 'tests']),
    }))
}
