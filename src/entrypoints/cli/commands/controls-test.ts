import { resolve } from 'node:path'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { celMutants } from '../../../adapters/policy-cel/cel-mutants.ts'
import { factsOf } from '../../../application/release/plan-checks.ts'
import type { RecordedControlTest } from '../../../application/controls/record-control-test.ts'
import type { Digest } from '../../../base/digest.ts'
import type { EpochMs } from '../../../base/instant.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import type { Manifest, Tier } from '../../../domain/manifest/manifest.ts'
import { metadataGaps } from '../../../domain/manifest/metadata-gaps.ts'
import { testControls } from '../../../domain/release/test-controls.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { modelIdentity, prepareGate } from '../gate/prepare-gate.ts'
import { warnOfChangedModel } from '../evaluation/warn-of-changed-model.ts'
import { terminalProgress } from '../gate/progress.ts'
import { rerunWithout } from '../gate/rerun-without.ts'
import { openSession, type SessionOptions } from '../session.ts'
import { regoOfPacks } from '../judge-project.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { judgeRemovals, type JudgedRemovals } from '../unasked-removals.ts'
import { exitCodeOfProblem } from './with-session.ts'
import { loadEquivalents } from './policy-mutate.ts'

/** `gatehouse controls test`: a control whose removal nobody notices is decoration. */
export async function controlsTestCommand(terminal: Terminal, options: Options): Promise<number> {
  const startedAt = systemClock()
  const tested = await takeControlsAway(terminal, options)
  if (!tested.ok) {
    reportProblems(terminal, tested.failure)
    return EXIT_CODE.usage
  }
  if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
  const { removed } = tested.value
  const survived = removed.filter(({ status }) => status === 'survived')
  const recorded = options.record ? await record(terminal, options, tested.value, startedAt) : ok(undefined)
  if (!recorded.ok) {
    reportProblems(terminal, [recorded.failure])
    return exitCodeOfProblem(recorded.failure)
  }
  print(terminal, tested.value, { recorded: recorded.value, isVerbose: options.verbose, isJson: options.json })
  return survived.length > 0 ? EXIT_CODE.blocked : EXIT_CODE.pass
}

interface Options extends SessionOptions {
  readonly project: string
  readonly manifest: string
  readonly env: string
  readonly verbose: boolean
  readonly run: boolean
  readonly record: boolean
  readonly json: boolean
}

interface Tested extends JudgedRemovals {
  readonly system: string
  readonly tier: Tier
  readonly releaseDigest: Digest
  readonly isSimulated: boolean
  readonly alreadyFailing: readonly string[]
  /** Checks of which only the outcome was put in place. */
  readonly substituted: readonly string[]
}

async function takeControlsAway(terminal: Terminal, options: Options): Promise<Result<Tested, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  const equivalents = await loadEquivalents(resolve(terminal.workingFolder, options.project))
  if (!equivalents.ok) return equivalents
  const prepared = await prepareGate(project.value, {
    environment: options.env,
    learned: [],
    model: modelIdentity(terminal.environment),
  })
  if (!prepared.ok) return prepared
  const { inputs, packs } = prepared.value
  const ask = regoOfPacks(packs, terminal.environment)
  if (!ask.ok) return ask
  const rerun = options.run
    ? await rerunWithout(prepared.value, {
        environment: terminal.environment,
        signal: terminal.interrupted,
        progress: terminalProgress(terminal),
        onChangedModel: (model) => warnOfChangedModel(terminal, model),
      })
    : ok({ removed: [], blind: [], substituted: prepared.value.checks.map(({ rule }) => rule.id), isSimulated: false })
  if (!rerun.ok) return rerun
  const assumed = await testControls({
    askRego: ask.value,
    engine: celEngine(),
    mutantsOf: celMutants,
    equivalents: equivalents.value,
    // A manifest with one key less keeps the shape that was parsed.
    isMetadataComplete: (manifest) => metadataGaps(manifest as unknown as Manifest, inputs.tier).length === 0,
    packs: inputs.packs,
    tier: inputs.tier,
    environment: inputs.environment,
    manifest: inputs.release.raw,
    facts: factsOf(inputs) as unknown as JsonObject,
    now: systemClock(),
  })
  const judged = await judgeRemovals(project.value.folder, [...assumed.removed, ...rerun.value.removed], {
    tier: inputs.tier,
    bound: inputs.packs,
  })
  if (!judged.ok) return judged
  return ok({
    ...judged.value,
    tier: inputs.tier,
    system: inputs.release.manifest.metadata.name,
    releaseDigest: inputs.release.digest,
    isSimulated: rerun.value.isSimulated,
    substituted: rerun.value.substituted,
    alreadyFailing: [...new Set([...assumed.alreadyFailing, ...rerun.value.blind])],
  })
}

function print(
  terminal: Terminal,
  { alreadyFailing, removed, unasked, packsFor, substituted, tier }: Tested,
  {
    recorded,
    isVerbose,
    isJson,
  }: { readonly recorded: RecordedControlTest | undefined; readonly isVerbose: boolean; readonly isJson: boolean },
): void {
  const survived = removed.filter(({ status }) => status === 'survived').length
  const exitCode = survived > 0 ? EXIT_CODE.blocked : EXIT_CODE.pass
  if (isJson) {
    const findings = recorded?.items.map(({ id }) => id) ?? null
    return printLine(
      terminal,
      inertJson({ schemaVersion: 1, alreadyFailing, substituted, removed, unasked, packsFor, findings, exitCode }, 2),
    )
  }
  for (const rule of alreadyFailing)
    printLine(terminal, `note: ${rule} does not pass as the project is; what it would notice is not known`)
  printControls(terminal, { removed, packsFor }, isVerbose)
  if (unasked.length > 0)
    printLine(
      terminal,
      `not asked of tier ${tier}, so not counted: ${[...new Set(unasked.map(({ control }) => control))].toSorted().join(', ')}`,
    )
  if (substituted.length > 0)
    printLine(terminal, `not run blinded, only their outcomes were substituted: ${substituted.join(', ')}`)
  if (recorded !== undefined)
    printLine(
      terminal,
      `findings: ${recorded.opened} opened, ${recorded.reopened} opened again, ${recorded.known} known already`,
    )
  printLine(
    terminal,
    survived === 0
      ? `every one of ${removed.length} removals was noticed`
      : `Exiting 1: ${survived} of ${removed.length} removals were not noticed\n  next: bind a pack or write a rule that asks for what was taken away`,
  )
}

async function record(
  terminal: Terminal,
  options: SessionOptions,
  { system, releaseDigest, isSimulated, removed }: Tested,
  startedAt: EpochMs,
): Promise<Result<RecordedControlTest | undefined, Problem>> {
  // A project without a single control has nothing to keep.
  if (removed.length === 0) return ok(undefined)
  const opened = await openSession(terminal, options)
  if (!opened.ok) return opened
  await using session = opened.value
  const input = { system, releaseDigest, startedAt, isSimulated, removed } as unknown as InputOf<'recordControlTest'>
  const recorded = await session.call('recordControlTest', input)
  return recorded.ok ? ok(recorded.value as unknown as RecordedControlTest) : recorded
}

function printControls(
  terminal: Terminal,
  { removed, packsFor }: Pick<JudgedRemovals, 'removed' | 'packsFor'>,
  isVerbose: boolean,
): void {
  const style = styleFor(terminal.hasColor)
  const byControl = Map.groupBy(removed, ({ control }) => control)
  for (const [control, own] of [...byControl].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const killed = own.filter(({ status }) => status === 'killed').length
    const mark = killed === own.length ? style.green('ok  ') : style.red('DECO')
    printLine(terminal, ` ${mark} ${control}  ${killed} of ${own.length} removals noticed`)
    for (const { kind, what, status, by } of own)
      if (status === 'survived' || isVerbose)
        printLine(terminal, `        ${status} ${kind}: ${inert(what)}${by === '' ? '' : ` (${inert(by)})`}`)
    const packs = packsFor[control] ?? []
    if (packs.length > 0) printLine(terminal, `        asked for by a pack that is not bound: ${packs.join(', ')}`)
  }
}
