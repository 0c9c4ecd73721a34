import type { JsonObject } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { evaluateRule, isServedScope, type PolicyPack, type PolicyTestResult } from '../../domain/policy/policy-pack.ts'
import type { RegoAnswer, RegoEngine, RegoQuestion } from '../../domain/policy/rego-engine.ts'
import { inputDocument, regoKey, type RuleInputs } from '../../domain/release/decide-release.ts'

/** Bundles of the packs by pack id. */
export type RegoBundles = ReadonlyMap<string, Uint8Array>

/** Asks for every Rego rule that applies, on the very document that the CEL rules read. */
export async function askRego(
  rego: RegoEngine,
  inputs: RuleInputs,
  bundles: RegoBundles,
): Promise<ReadonlyMap<string, RegoAnswer>> {
  const [answers] = await askRegoOfEach(rego, [inputs], bundles)
  return answers ?? new Map<string, RegoAnswer>()
}

/** Documents of one question: its engine has one deadline for all of them. */
const DOCUMENTS_MAX = 64

/**
 * The same for several documents, of which the first is the one that the others vary. A rule that has no answer to its first
 * question is not asked again: a server that is away would cost its time-out for every document.
 */
export async function askRegoOfEach(
  rego: RegoEngine,
  each: readonly RuleInputs[],
  bundles: RegoBundles,
): Promise<readonly ReadonlyMap<string, RegoAnswer>[]> {
  const documents = each.map((inputs) => ({
    inputs,
    document: inputDocument(inputs),
    answers: new Map<string, RegoAnswer>(),
  }))
  const packs = new Map(each.flatMap((inputs) => inputs.packs.map((pack) => [pack.id, pack])))
  for (const pack of packs.values()) {
    if (pack.engine === undefined || isServedScope(pack.scope)) continue
    for (const rule of pack.rules) {
      if (rule.rego === undefined) continue
      const question = { source: pack.engine, bundle: bundles.get(pack.id), path: rule.rego }
      const asked = documents.filter(({ inputs, document }) => {
        const applies = evaluateRule(inputs.engine, rule.when, document)
        return applies.ok && applies.value
      })
      const answers = await askInParts(
        rego,
        question,
        asked.map(({ document }) => document),
      )
      for (const [index, entry] of asked.entries()) {
        const answer = answers[index]
        if (answer !== undefined) entry.answers.set(regoKey(pack, rule), answer)
      }
    }
  }
  return documents.map(({ answers }) => answers)
}

async function askInParts(
  rego: RegoEngine,
  question: Omit<RegoQuestion, 'inputs'>,
  documents: readonly JsonObject[],
): Promise<readonly RegoAnswer[]> {
  const [first] = await rego.ask({ ...question, inputs: documents.slice(0, 1) })
  if (first === undefined) return []
  if (!first.ok) return documents.map(() => first)
  const answers: RegoAnswer[] = [first]
  for (let start = 1; start < documents.length; start += DOCUMENTS_MAX)
    answers.push(...(await rego.ask({ ...question, inputs: documents.slice(start, start + DOCUMENTS_MAX) })))
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
