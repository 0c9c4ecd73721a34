import { resolve } from 'node:path'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { opaEndpoints } from '../../../adapters/policy-opa/opa-endpoints.ts'
import { opaEngine } from '../../../adapters/policy-opa/opa-engine.ts'
import { testRegoRules } from '../../../application/release/ask-rego.ts'
import { testPack, type PolicyPack, type PolicyTestResult } from '../../../domain/policy/policy-pack.ts'
import { packControlProblems } from '../check-pack-controls.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadNamedPacks } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse policy test`: a pack that loads has compiled and passed its own tests, but for those of an OPA server; this says so rule by rule. */
export async function policyTestCommand(
  terminal: Terminal,
  options: { readonly packs: readonly string[]; readonly project: string; readonly json: boolean },
): Promise<number> {
  const loaded = await loadNamedPacks(terminal, options)
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const unknown = await packControlProblems(
    resolve(terminal.workingFolder, options.project),
    loaded.value.map(({ pack }) => pack),
  )
  if (unknown.length > 0) {
    reportProblems(terminal, unknown)
    return EXIT_CODE.usage
  }
  const engine = celEngine()
  const endpoints = opaEndpoints(terminal.environment)
  if (!endpoints.ok) {
    reportProblems(terminal, [endpoints.failure])
    return EXIT_CODE.usage
  }
  const ports = { engine, rego: opaEngine({ endpoints: endpoints.value }) }
  const packs: { readonly pack: PolicyPack; readonly results: readonly PolicyTestResult[] }[] = []
  for (const { pack, bundle } of loaded.value)
    packs.push({ pack, results: [...testPack(engine, pack), ...(await testRegoRules(ports, pack, bundle))] })
  const missed = packs.flatMap(({ results }) => results.filter(({ isMet }) => !isMet))
  const exitCode = missed.length === 0 ? EXIT_CODE.pass : EXIT_CODE.usage
  if (options.json) {
    printLine(
      terminal,
      inertJson(
        {
          schemaVersion: 1,
          packs: packs.map(({ pack, results }) => ({
            id: pack.id,
            version: pack.version,
            digest: pack.digest,
            results,
          })),
        },
        2,
      ),
    )
    return exitCode
  }
  const style = styleFor(terminal.hasColor)
  for (const { pack, results } of packs) {
    printLine(
      terminal,
      `${style.bold(`${pack.id}@${pack.version}`)} ${inert(pack.title)} · ${pack.rules.length} rules, ${results.length} tests`,
    )
    for (const rule of pack.rules) {
      const own = results.filter((result) => result.rule === rule.id)
      const mark = own.every(({ isMet }) => isMet) ? style.green('ok') : style.red('FAIL')
      printLine(terminal, ` ${mark} ${rule.id} ${inert(rule.title)} (${own.length} tests)`)
      for (const { test, detail } of own.filter(({ isMet }) => !isMet))
        printLine(terminal, `    ${pack.file}:${rule.line} test \`${inert(test)}\`: ${inert(detail)}`)
    }
  }
  if (missed.length > 0) printLine(terminal, `Exiting 2: ${missed.length} tests of an OPA server do not hold`)
  return exitCode
}
