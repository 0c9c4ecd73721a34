import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { testPack } from '../../../domain/policy/policy-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadNamedPacks } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse policy test`: a pack that loads has compiled and passed its own tests; this says so rule by rule. */
export async function policyTestCommand(
  terminal: Terminal,
  options: { readonly packs: readonly string[]; readonly project: string; readonly json: boolean },
): Promise<number> {
  const loaded = await loadNamedPacks(terminal, options)
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const engine = celEngine()
  const packs = loaded.value.map(({ pack }) => ({ pack, results: testPack(engine, pack) }))
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
    return EXIT_CODE.pass
  }
  const style = styleFor(terminal.hasColor)
  for (const { pack, results } of packs) {
    printLine(
      terminal,
      `${style.bold(`${pack.id}@${pack.version}`)} ${inert(pack.title)} · ${pack.rules.length} rules, ${results.length} tests`,
    )
    for (const rule of pack.rules)
      printLine(
        terminal,
        ` ${style.green('ok')} ${rule.id} ${inert(rule.title)} (${results.filter((result) => result.rule === rule.id).length} tests)`,
      )
  }
  return EXIT_CODE.pass
}
