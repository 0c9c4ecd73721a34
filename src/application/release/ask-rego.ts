import type { JsonObject } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { evaluateRule, isServedScope, type PolicyPack, type PolicyTestResult } from '../../domain/policy/policy-pack.ts'
import type { RegoAnswer, RegoEngine } from '../../domain/policy/rego-engine.ts'
import { inputDocument, regoKey, type RuleInputs } from '../../domain/release/decide-release.ts'

/** Bundles of the packs by pack id. */
export type RegoBundles = ReadonlyMap<string, Uint8Array>

/** Asks for every Rego rule that applies, on the very document that the CEL rules read. */
export async function askRego(
  rego: RegoEngine,
  inputs: RuleInputs,
  bundles: RegoBundles,
): Promise<ReadonlyMap<string, RegoAnswer>> {
  const document = inputDocument(inputs)
  const answers = new Map<string, RegoAnswer>()
  for (const pack of inputs.packs) {
    const { engine: source } = pack
    if (source === undefined || isServedScope(pack.scope)) continue
    for (const rule of pack.rules) {
      const applies = evaluateRule(inputs.engine, rule.when, document)
      if (rule.rego === undefined || !applies.ok || !applies.value) continue
      const question = { source, bundle: bundles.get(pack.id), path: rule.rego, inputs: [document] }
      const [answer] = await rego.ask(question)
      if (answer !== undefined) answers.set(regoKey(pack, rule), answer)
    }
  }
  return answers
}

/** Runs the tests of the pack's Rego rules; whatever is neither true nor false meets no expectation. */
export async function testRegoRules(
  ports: { readonly engine: PolicyEngine; readonly rego: RegoEngine },
  pack: PolicyPack,
  bundle: Uint8Array | undefined,
): Promise<readonly PolicyTestResult[]> {
  const results: PolicyTestResult[] = []
  for (const rule of pack.rules) {
    if (rule.rego === undefined || pack.engine === undefined) continue
    const inputs = rule.tests.map(({ input }) => input)
    const answers = await ports.rego.ask({ source: pack.engine, bundle, path: rule.rego, inputs })
    for (const [index, test] of rule.tests.entries()) {
      const got = outcomeOf(ports.engine, rule.when, test.input, answers[index])
      results.push({
        rule: rule.id,
        test: test.name,
        isMet: got === test.expect,
        detail: `expected ${test.expect}, got ${got}`,
      })
    }
  }
  return results
}

function outcomeOf(engine: PolicyEngine, when: string, input: JsonObject, answer: RegoAnswer | undefined): string {
  const applies = evaluateRule(engine, when, input)
  if (!applies.ok) return `error in \`when\`: ${applies.failure.message}`
  if (!applies.value) return 'skip'
  if (answer === undefined) return 'error: no answer'
  return answer.ok ? (answer.value ? 'pass' : 'fail') : `error: ${answer.failure.message}`
}

/** Problems of a pack whose compiled rules do not do what its tests say. A remote engine is tested by `policy test` only. */
export async function regoTestProblems(
  ports: { readonly engine: PolicyEngine; readonly rego: RegoEngine },
  pack: PolicyPack,
  bundle: Uint8Array | undefined,
): Promise<readonly Problem[]> {
  if (pack.engine?.kind !== 'opa-bundle') return []
  const lines = new Map(pack.rules.map(({ id, line }) => [id, line]))
  return (await testRegoRules(ports, pack, bundle))
    .filter(({ isMet }) => !isMet)
    .map(({ rule, test, detail }) => ({
      code: 'policy/test-failed',
      message: `rule \`${rule}\`, test \`${test}\`: ${detail}`,
      next: 'correct the rule or its test, compile the bundle again and write its digest into the pack',
      at: { file: pack.file, line: lines.get(rule) ?? 1, column: 1 },
    }))
}
