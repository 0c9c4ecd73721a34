import type { Problem } from '../../../base/result.ts'
import { looksExecuting } from '../../../domain/manifest/executing-tools.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { packControlProblems } from '../check-pack-controls.ts'
import { loadProjectPacks, loadSuites } from '../gate/prepare-gate.ts'
import { loadProject, type LoadedProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse validate`: every problem with its place, or the tier and the digest. */
export async function validateCommand(
  terminal: Terminal,
  options: { project: string; manifest: string; json: boolean },
): Promise<number> {
  const loaded = await loadProject(terminal.workingFolder, options.project, options.manifest)
  const problems = loaded.ok ? await problemsOfParts(loaded.value) : loaded.failure
  if (!loaded.ok || problems.length > 0) {
    if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, valid: false, problems }, 2))
    else reportProblems(terminal, problems)
    return EXIT_CODE.usage
  }
  const { release } = loaded.value
  const { name, version } = release.manifest.metadata
  const { tier, reasons } = computeTier(release.manifest)
  const advice = (release.manifest.components.tools ?? [])
    .filter((tool) => tool.executes === undefined && looksExecuting(tool, release.toolSchemas[tool.id]?.schema))
    .map(({ id }) => `tool \`${id}\` looks as if it ran code, SQL or commands: declare \`executes\` and \`sandbox\``)
  if (options.json) {
    const body = {
      schemaVersion: 1,
      valid: true,
      system: name,
      version,
      tier,
      reasons,
      releaseDigest: release.digest,
      components: release.components,
      ...(advice.length === 0 ? {} : { advice }),
    }
    printLine(terminal, inertJson(body, 2))
    return EXIT_CODE.pass
  }
  const style = styleFor(terminal.hasColor)
  printLine(terminal, `${style.bold(`${name} v${version}`)} · tier ${tier} · ${release.components.length} components`)
  for (const reason of reasons) printLine(terminal, `  ${tier} because ${inert(reason)}`)
  for (const line of advice) printLine(terminal, `  advice: ${inert(line)}`)
  printLine(terminal, `release ${release.digest}`)
  printLine(terminal, `${style.green('valid')}   next: gatehouse plan`)
  return EXIT_CODE.pass
}

/** Packs and suites are in no release; a gate that cannot read them decides nothing, so this says it before. */
async function problemsOfParts(project: LoadedProject): Promise<readonly Problem[]> {
  const packs = await loadProjectPacks(project)
  const suites = await loadSuites(project)
  return [
    ...(packs.ok
      ? await packControlProblems(
          project.folder,
          packs.value.map(({ pack }) => pack),
        )
      : packs.failure),
    ...(suites.ok ? [] : suites.failure),
  ]
}
