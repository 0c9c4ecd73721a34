import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import type { KeyPath } from '../../../domain/policy/policy-engine.ts'
import type { RegoSource } from '../../../domain/policy/rego-engine.ts'
import {
  isServedScope,
  modeOf,
  variablesOf,
  type PolicyPack,
  type PolicyRule,
  type PolicyScope,
} from '../../../domain/policy/policy-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadNamedPacks, shippedNames } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse policy explain`: a rule without its release: what it reads, when it applies, what follows. */
export async function policyExplainCommand(
  terminal: Terminal,
  options: { readonly rule: string; readonly project: string; readonly json: boolean },
): Promise<number> {
  const bound = await loadNamedPacks(terminal, { packs: [], project: options.project })
  const shipped = await loadNamedPacks(terminal, { packs: await shippedNames(), project: options.project })
  if (!bound.ok || !shipped.ok) {
    reportProblems(terminal, [...(bound.ok ? [] : bound.failure), ...(shipped.ok ? [] : shipped.failure)])
    return EXIT_CODE.usage
  }
  for (const { pack } of [...bound.value, ...shipped.value]) {
    const rule = pack.rules.find(({ id }) => id === options.rule)
    if (rule === undefined) continue
    const isBound = bound.value.some((loaded) => loaded.pack.id === pack.id)
    const explained = explain(pack, rule, isBound)
    if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...explained }, 2))
    else print(terminal, explained)
    return EXIT_CODE.pass
  }
  reportProblems(terminal, [
    {
      code: 'policy/unknown-rule',
      message: `no pack has a rule \`${options.rule}\``,
      next: 'see `gatehouse policy test` for the rules of your packs',
    },
  ])
  return EXIT_CODE.usage
}

const READERS: Readonly<Record<PolicyScope, string>> = {
  release: 'the gate, for each release',
  request: 'the gateway and `guard replay`, for each tool call',
  'model-request': 'the gateway, for each request to a model',
}

function explain(pack: PolicyPack, rule: PolicyRule, isBound: boolean) {
  const { id, title, severity, controls, frameworks, when, expr, message, fix, check, tests } = rule
  return {
    id,
    title,
    pack: `${pack.id}@${pack.version}`,
    file: `${pack.file}:${rule.line}`,
    isBound,
    scope: pack.scope ?? 'release',
    mode: modeOf(pack, rule),
    effect: isServedScope(pack.scope) ? (rule.effect ?? 'block') : null,
    severity,
    controls,
    frameworks,
    when,
    expr,
    engine: rule.rego === undefined ? null : (pack.engine ?? null),
    reads: readsOf(pack, rule),
    check: check ?? null,
    message,
    fix,
    tests: tests.map(({ name, expect }) => ({ name, expect })),
  }
}

/** Paths that the rule reads, as one would write them. */
function readsOf(pack: PolicyPack, { when, expr }: PolicyRule): readonly string[] {
  const engine = celEngine()
  const paths = [when, expr].flatMap((expression) => {
    const compiled = engine.compile(expression, variablesOf(pack))
    return compiled.ok ? compiled.value.keys.map(written) : []
  })
  return [...new Set(paths)].toSorted()
}

function written(path: KeyPath): string {
  return path.map((step, index) => (step.kind === 'element' ? '[]' : `${index === 0 ? '' : '.'}${step.name}`)).join('')
}

function engineText(engine: RegoSource): string {
  return engine.kind === 'opa-bundle'
    ? `the compiled bundle ${engine.file} (${engine.digest})`
    : `the OPA server that the operator names \`${engine.endpoint}\``
}

function print(terminal: Terminal, rule: ReturnType<typeof explain>): void {
  const style = styleFor(terminal.hasColor)
  const line = (label: string, text: string): void => printLine(terminal, `  ${label.padEnd(11)} ${inert(text)}`)
  printLine(terminal, `${style.bold(rule.id)} ${inert(rule.title)} [${rule.severity}]`)
  line('pack', `${rule.pack} (${rule.isBound ? 'bound by this project' : 'not bound by this project'}), ${rule.file}`)
  line('read by', READERS[rule.scope])
  line('mode', rule.mode === 'shadow' ? 'shadow: decided and recorded, not enforced' : 'enforced')
  if (rule.effect !== null) line('else', rule.effect)
  line('applies', rule.when === 'true' ? 'always' : rule.when)
  line('holds when', rule.expr)
  if (rule.engine !== null) line('asked', engineText(rule.engine))
  line('reads', rule.reads.join(', '))
  if (rule.check !== null) line('evidence', JSON.stringify(rule.check))
  line('controls', rule.controls.join(', '))
  if (rule.frameworks.length > 0) line('frameworks', rule.frameworks.join(', '))
  line('message', rule.message)
  line('fix', rule.fix)
  for (const { name, expect } of rule.tests) line('test', `${expect}: ${name}`)
}
