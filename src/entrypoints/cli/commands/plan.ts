import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { rightOf, type DecisionRights } from '../../../domain/approval/decision-rights.ts'
import { shippedRights } from '../../node/shipped-content.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { modelIdentity, prepareGate, type PreparedGate } from '../gate/prepare-gate.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { planMarkdown } from './plan-markdown.ts'

/** `gatehouse plan`: what a release will be asked for, before anything is run. */
export async function planCommand(
  terminal: Terminal,
  options: {
    readonly project: string
    readonly manifest: string
    readonly env: string
    readonly format: 'human' | 'markdown'
    readonly json: boolean
  },
): Promise<number> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) {
    reportProblems(terminal, project.failure)
    return EXIT_CODE.usage
  }
  // Learned cases live in the state, which a plan does not open: the gate adds them.
  const prepared = await prepareGate(project.value, {
    environment: options.env,
    learned: [],
    model: modelIdentity(terminal.environment),
  })
  if (!prepared.ok) {
    reportProblems(terminal, prepared.failure)
    return EXIT_CODE.usage
  }
  if (options.format === 'markdown' && !options.json) {
    const page = await planMarkdown(prepared.value, { env: options.env, environment: terminal.environment })
    if (page.ok) terminal.out(page.value)
    else reportProblems(terminal, page.failure)
    return page.ok ? EXIT_CODE.pass : EXIT_CODE.usage
  }
  const plan = summarise(prepared.value, options.env, await shippedRights())
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...plan }, 2))
  else printPlan(terminal, plan)
  return EXIT_CODE.pass
}

type Plan = ReturnType<typeof summarise>

function summarise({ project, packs, checks }: PreparedGate, environment: string, rights: DecisionRights) {
  const { manifest, digest } = project.release
  const { tier, reasons } = computeTier(manifest)
  return {
    system: manifest.metadata.name,
    version: manifest.metadata.version,
    releaseDigest: digest,
    environment,
    tier,
    reasons,
    controls: [...new Set(packs.flatMap(({ pack }) => pack.rules.flatMap((rule) => rule.controls)))].toSorted(),
    checks: checks.map(({ rule, pack, spec, criterion, casesAvailable, casesNeeded }) => ({
      id: rule.id,
      title: rule.title,
      pack,
      controls: rule.controls,
      kind: spec.kind,
      criterion: criterion ?? null,
      casesAvailable: spec.kind === 'suite' || spec.kind === 'redteam' ? casesAvailable : null,
      casesNeeded: casesNeeded ?? null,
      missing: spec.kind === 'suite' || spec.kind === 'redteam' ? Math.max(0, (casesNeeded ?? 1) - casesAvailable) : 0,
    })),
    approvals: environment === 'local' ? 0 : rightOf(rights, 'release', tier).people,
  }
}

function printPlan(terminal: Terminal, plan: Plan): void {
  const { system, version, environment, tier, reasons, controls, checks, approvals } = plan
  const style = styleFor(terminal.hasColor)
  printLine(terminal, `${style.bold(`${system} v${version}`)} · tier ${tier} · ${environment}`)
  for (const reason of reasons) printLine(terminal, `  ${tier} because ${inert(reason)}`)
  printLine(terminal, `CONTROLS (${controls.length}) ${controls.join(', ')}`)
  printLine(terminal, `CHECKS (${checks.length})`)
  for (const check of checks) {
    const needs =
      check.casesNeeded === null ? '' : `  needs ≥ ${check.casesNeeded} cases, has ${check.casesAvailable ?? 0}`
    const limit =
      check.criterion === null
        ? ''
        : `  ${check.criterion.direction === 'at-most' ? '≤' : '≥'} ${(100 * check.criterion.threshold).toFixed(1)}% at 95% confidence`
    const mark = check.missing > 0 ? style.yellow('MISS') : style.green('ok  ')
    printLine(terminal, ` ${mark} ${check.id} ${inert(check.title)}${limit}${needs}`)
    if (check.missing > 0)
      printLine(terminal, `      next: write ${check.missing} more cases; without them the outcome cannot be passed`)
  }
  printLine(
    terminal,
    `APPROVALS ${approvals === 0 ? 'none' : `${approvals} people of different roles, not the author`}`,
  )
  printLine(terminal, 'next: gatehouse gate')
}
