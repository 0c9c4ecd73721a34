import { readdir } from 'node:fs/promises'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { testPack } from '../../../domain/policy/policy-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { contentFolder } from '../../../adapters/files/content-folder.ts'
import { loadPacks } from '../load-packs.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { resolve } from 'node:path'

/** `gatehouse policy test`: a pack that loads has compiled and passed its own tests; this says so rule by rule. */
export async function policyTestCommand(
  terminal: Terminal,
  options: { readonly packs: readonly string[]; readonly project: string; readonly json: boolean },
): Promise<number> {
  const names = options.packs.length > 0 ? options.packs : await defaultPacks(terminal, options.project)
  const loaded = await loadPacks(resolve(terminal.workingFolder, options.project), names)
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

async function defaultPacks(terminal: Terminal, project: string): Promise<readonly string[]> {
  const loaded = await loadProject(terminal.workingFolder, project)
  if (loaded.ok) return loaded.value.release.manifest.policies ?? ['baseline']
  return (await readdir(contentFolder('policies')))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
}
