// Speed of the policy engine: release decisions of a ten-rule pack over a 5 KB input, and predicates on tool arguments, beside
// the bare library.
import { Environment } from '@marcbachmann/cel-js'
import { celEngine } from '../src/adapters/policy-cel/cel-engine.ts'
import { digestOfBytes } from '../src/base/digest.ts'
import { epochMs } from '../src/base/instant.ts'
import type { JsonObject } from '../src/base/json.ts'
import { AUTHORIZE_VARIABLES } from '../src/domain/authorization/authorize-tool-call.ts'
import { sha256Pure } from '../src/base/sha256.ts'
import { RELEASE_VARIABLES, type PolicyPack, type PolicyRule } from '../src/domain/policy/policy-pack.ts'
import { judgeRules, type RuleInputs } from '../src/domain/release/decide-release.ts'
import type { BenchResult } from './result.ts'
import { figure } from './print.ts'
import { interleavedMedians, percentile } from './timing.ts'

const EXPRESSIONS = [
  'manifest.components.tools.all(t, t.effect != "irreversible" || (has(t.destinations) && has(t.limits)))',
  'manifest.components.tools.all(t, t.effect != "external" || (has(t.destinations) && has(t.clearance)))',
  'manifest.components.tools.all(t, t.effect != "read" || has(t.result))',
  'manifest.components.agents.all(a, has(a.maxSteps) && a.maxSteps <= 50)',
  'manifest.components.retrievers.all(r, has(r.tenantField))',
  'manifest.components.models.all(m, !m.model.endsWith("latest") && m.model.contains("-"))',
  '!has(manifest.guard) || !has(manifest.guard.preset) || manifest.guard.preset != "none"',
  '!has(manifest.data.capture) || manifest.data.capture != "full"',
  '"red-team" in facts.suites',
  'has(manifest.metadata.contacts) && has(manifest.metadata.contacts.security)',
]
const PREDICATES = [
  'args.amount <= 100.0 && user.text.contains("refund")',
  'args.to.endsWith("@" + subject.tenant + ".example") && labels.confidentiality != "restricted"',
  'args.to.fullMatch("[a-z0-9._]+@[a-z0-9-]+\\\\.example")',
]
const CALLS = 100

/** About 5 KB of manifest as JSON. */
function manifest(): JsonObject {
  const tools = Array.from({ length: 16 }, (_, index) => ({
    id: `tool_${index}`,
    schema: `tools/tool_${index}.json`,
    description: 'Looks something up, or changes it, for the customer who asks; long enough to be a description.',
    effect: ['read', 'write', 'irreversible', 'external'][index % 4] ?? 'read',
    destinations: { to: { from: ['subject.email'] } },
    limits: { perSession: 3 },
    clearance: { confidentiality: 'tenant' },
    result: { integrity: 'untrusted', confidentiality: 'tenant' },
  }))
  return {
    metadata: { name: 'bench', contacts: { security: 'security@example.com' } },
    data: { capture: 'redacted' },
    guard: { preset: 'T1' },
    components: {
      models: [{ id: 'main', model: 'model-2026-01-01' }],
      agents: [{ id: 'main', maxSteps: 12 }],
      retrievers: [{ id: 'kb', tenantField: 'tenant' }],
      tools,
    },
  }
}

function packOf(expressions: readonly string[]): PolicyPack {
  const rules = expressions.map((expr, index): PolicyRule => ({
    id: `GH-BEN-${String(index).padStart(3, '0')}`,
    title: 'a rule',
    severity: 'high',
    when: 'tier != "T3"',
    expr,
    controls: [],
    frameworks: [],
    check: undefined,
    message: 'no',
    fix: 'yes',
    maxAgeDays: 30,
    tests: [],
    line: 1,
  }))
  const digest = digestOfBytes(sha256Pure, new Uint8Array())
  return { id: 'bench', version: '1.0.0', title: 'Bench', digest, file: 'bench.yaml', rules }
}

export async function benchPolicy({ isQuick }: { readonly isQuick: boolean }): Promise<BenchResult> {
  const effort = isQuick ? { rounds: 3, turnMs: 60 } : { rounds: 9, turnMs: 250 }
  const engine = celEngine()
  const inputs: RuleInputs = {
    engine,
    packs: [packOf(EXPRESSIONS)],
    tier: 'T1',
    environment: 'production',
    manifest: manifest(),
    facts: { suites: ['red-team', 'benign'], learnedCases: 0 },
    evidence: new Map(),
    expectedKeys: new Map(),
    now: epochMs(1_800_000_000_000),
  }
  const bytes = JSON.stringify(inputs.manifest).length
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  for (const name of RELEASE_VARIABLES) environment.registerVariable(name, 'dyn')
  const bare = ['tier != "T3"', ...EXPRESSIONS].map((expression) => environment.parse(expression))
  const [when, ...rules] = bare
  const document = {
    tier: 'T1',
    environment: 'production',
    manifest: inputs.manifest,
    facts: inputs.facts,
    evidence: {},
  }
  if (!judgeRules(inputs).results.every(({ outcome }) => outcome === 'passed')) throw new Error('a rule does not pass')
  const medians = await interleavedMedians(
    [
      { name: 'Gatehouse', run: () => judgeRules(inputs) },
      { name: 'cel-js alone', run: () => rules.every((rule) => when?.(document) === true && rule(document) === true) },
    ],
    '',
    effort,
  )
  const perSecond = (name: string): number => 1_000 / (medians.get(name) ?? Number.NaN)
  const predicates = await predicateTimes(isQuick)
  const decisions = perSecond('Gatehouse')
  const worst = Math.max(...predicates.map(({ p50 }) => p50))
  return {
    paragraphs: [
      `A release decision is ten rules with a condition each over a manifest of ${bytes} bytes, on one core. A predicate is one evaluation of a compiled expression over the facts of a tool call.`,
    ],
    goals: [
      {
        goal: '≥ 30,000 release decisions/s, ten rules over 5 KB on one core',
        figure: `${figure(decisions)}/s`,
        isMet: decisions >= 30_000,
      },
      {
        goal: 'predicates on tool arguments ≤ 20 µs at p50 (slowest of three)',
        figure: `${figure(worst)} µs`,
        isMet: worst <= 20,
      },
    ],
    tables: [
      {
        title: 'Release decisions per second',
        head: ['engine', 'decisions/s'],
        rows: ['Gatehouse', 'cel-js alone'].map((name) => [name, figure(perSecond(name))]),
      },
      {
        title: 'Predicates on tool arguments, µs',
        head: ['expression', 'p50', 'p99'],
        rows: predicates.map(({ expression, p50, p99 }) => [expression, figure(p50), figure(p99)]),
      },
    ],
    figures: { decisionsPerSecond: decisions, bareDecisionsPerSecond: perSecond('cel-js alone'), predicates },
  }
}

async function predicateTimes(
  isQuick: boolean,
): Promise<readonly { readonly expression: string; readonly p50: number; readonly p99: number }[]> {
  const engine = celEngine()
  const input: JsonObject = {
    args: { amount: 25.5, to: 'ana.maria@northwind.example' },
    subject: { tenant: 'northwind', principal: 'ana', roles: ['agent'], email: 'ana@northwind.example' },
    session: { calls: {} },
    labels: { integrity: 'user', confidentiality: 'tenant' },
    user: { text: 'please give me a refund for my order' },
  }
  const times: { expression: string; p50: number; p99: number }[] = []
  for (const expression of PREDICATES) {
    const compiled = engine.compile(expression, AUTHORIZE_VARIABLES)
    if (!compiled.ok || !compiled.value.evaluate(input).ok) throw new Error(`\`${expression}\` does not run`)
    const timings: number[] = []
    for (let sample = 0; sample < (isQuick ? 200 : 2_000); sample++) {
      const started = performance.now()
      // A hundred calls a sample: one is shorter than the clock can tell.
      for (let call = 0; call < CALLS; call++) {
        const found = engine.compile(expression, AUTHORIZE_VARIABLES)
        if (found.ok) found.value.evaluate(input)
      }
      timings.push(((performance.now() - started) * 1_000) / CALLS)
    }
    times.push({ expression, p50: percentile(timings, 0.5), p99: percentile(timings, 0.99) })
  }
  return times
}
