import { join, resolve } from 'node:path'
import { readTextIfPresent } from '../../../adapters/files/atomic-file.ts'
import { contentFolder } from '../../../adapters/files/content-folder.ts'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { celMutants } from '../../../adapters/policy-cel/cel-mutants.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseEquivalents } from '../../../contract/policy/parse-equivalents.ts'
import { mutatePack, type EquivalentMutant, type MutantResult } from '../../../domain/policy/mutate-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadNamedPacks } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse policy mutate`: a rule whose tests do not notice that it was broken is not tested. */
export async function policyMutateCommand(
  terminal: Terminal,
  options: {
    readonly packs: readonly string[]
    readonly project: string
    readonly verbose: boolean
    readonly json: boolean
  },
): Promise<number> {
  const loaded = await loadNamedPacks(terminal, options)
  const equivalents = loaded.ok ? await loadEquivalents(resolve(terminal.workingFolder, options.project)) : loaded
  if (!loaded.ok || !equivalents.ok) {
    reportProblems(terminal, [...(loaded.ok ? [] : loaded.failure), ...(equivalents.ok ? [] : equivalents.failure)])
    return EXIT_CODE.usage
  }
  const ports = { engine: celEngine(), mutantsOf: celMutants }
  const packs = loaded.value.map(({ pack }) => ({
    pack: pack.id,
    version: pack.version,
    mutants: mutatePack(ports, pack, equivalents.value),
  }))
  const survived = packs.flatMap(({ mutants }) => mutants.filter(({ status }) => status === 'survived'))
  const exitCode = survived.length === 0 ? EXIT_CODE.pass : EXIT_CODE.blocked
  if (options.json) {
    printLine(terminal, inertJson({ schemaVersion: 1, survived: survived.length, packs, exitCode }, 2))
    return exitCode
  }
  for (const { pack, version, mutants } of packs) printPack(terminal, `${pack}@${version}`, mutants, options.verbose)
  if (survived.length > 0)
    printLine(
      terminal,
      `Exiting 1: ${survived.length} mutants survived\n  next: add a test that tells each from its rule, or list it in policies/equivalents.json with the reason`,
    )
  return exitCode
}

function printPack(terminal: Terminal, name: string, mutants: readonly MutantResult[], isVerbose: boolean): void {
  const style = styleFor(terminal.hasColor)
  const count = (status: MutantResult['status']): number => mutants.filter((mutant) => mutant.status === status).length
  printLine(
    terminal,
    `${style.bold(name)} · ${mutants.length} mutants: ${count('killed')} killed, ${count('survived')} survived, ${count('equivalent')} equivalent`,
  )
  for (const { rule, field, operator, mutant, status, by } of mutants) {
    if (status === 'killed' && !isVerbose) continue
    printLine(terminal, ` ${status.padEnd(10)} ${rule} ${field} ${operator}: ${inert(mutant)}`)
    if (by !== '') printLine(terminal, `            ${status === 'killed' ? 'test' : 'because'} ${inert(by)}`)
  }
}

/** Those of the package and those of the project. */
export async function loadEquivalents(
  projectFolder: string,
): Promise<Result<readonly EquivalentMutant[], readonly Problem[]>> {
  const all: EquivalentMutant[] = []
  for (const folder of [contentFolder('policies'), join(projectFolder, 'policies')]) {
    const text = await readTextIfPresent(join(folder, 'equivalents.json'))
    if (text === undefined) continue
    const parsed = parseEquivalents('policies/equivalents.json', text)
    if (!parsed.ok) return fail([parsed.failure])
    all.push(...parsed.value)
  }
  return ok(all)
}
