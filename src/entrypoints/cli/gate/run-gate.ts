import { factsOf, type PlannedCheck } from '../../../application/release/plan-checks.ts'
import type { StoredEvidence } from '../../../application/evidence/stored-evidence.ts'
import type { StoredVerdict } from '../../../application/release/stored-verdict.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { base64Of } from '../../../base/bytes.ts'
import { epochMs } from '../../../base/instant.ts'
import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { isFresh } from '../../../domain/release/evidence.ts'
import type { SuiteCase } from '../../../domain/evaluation/suite.ts'
import { warnOfChangedModel } from '../evaluation/warn-of-changed-model.ts'
import { everyItem } from '../listing/list-pages.ts'
import { loadProject } from '../load-project.ts'
import type { Session } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { modelIdentity, prepareGate, type PreparedGate } from './prepare-gate.ts'
import { runChecks } from './run-checks.ts'
import { terminalProgress } from './progress.ts'

export interface GateOptions {
  readonly project: string
  readonly manifest: string
  readonly environment: string
  /** False: decide on what there is. */
  readonly run: boolean
  /** Rules whose checks are run again although their evidence passed and still counts; empty: all of them. */
  readonly rerun?: readonly string[] | undefined
  readonly author: string
  /** Evidence that is too old so long from now counts as stale now. */
  readonly aheadMs?: number | undefined
  /** Decides nothing when no check is missing or stale. */
  readonly isRenewal?: boolean | undefined
}

export interface GateOutcome {
  readonly verdict: StoredVerdict
  readonly gate: PreparedGate
  /** Checks that were run now; the others had fresh evidence. */
  readonly ran: readonly string[]
}

/** Plans, runs what is missing or stale, records the evidence and has the release decided. */
export async function runGate(
  terminal: Terminal,
  session: Session,
  options: GateOptions,
): Promise<Result<GateOutcome, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  const { release } = project.value
  const system = release.manifest.metadata.name
  if (!Object.hasOwn(release.manifest.environments, options.environment))
    return fail([
      {
        code: 'gate/unknown-environment',
        message: `environment \`${options.environment}\` is not declared`,
        next: `use one of: ${Object.keys(release.manifest.environments).join(', ')}`,
        at: project.value.source.positionOf(['environments']),
      },
    ])
  const learned = await learnedCases(session, system)
  if (!learned.ok) return fail([learned.failure])
  const prepared = await prepareGate(project.value, {
    environment: options.environment,
    learned: learned.value,
    model: modelIdentity(terminal.environment),
  })
  if (!prepared.ok) return prepared
  const gate = prepared.value
  const missing = await missingChecks(session, gate, options.aheadMs ?? 0)
  if (!missing.ok) return missing
  if (options.isRenewal === true && missing.value.length === 0)
    return fail([{ code: 'gate/nothing-stale', message: 'every check has fresh evidence' }])
  const again = await checksToRerun(session, gate, options.rerun)
  if (!again.ok) return fail([again.failure])
  const ran = options.run ? gate.checks.filter((check) => [...missing.value, ...again.value].includes(check)) : []
  if (ran.length > 0) {
    const evidence = await runChecks(gate, ran, {
      environment: terminal.environment,
      signal: terminal.interrupted,
      progress: terminalProgress(terminal),
      onChangedModel: (model) => warnOfChangedModel(terminal, model),
    })
    if (!evidence.ok) return evidence
    if (terminal.interrupted.aborted)
      return fail([{ code: 'gate/interrupted', message: 'interrupted; nothing was recorded' }])
    for (const entry of evidence.value) {
      const recorded = await session.call('recordEvidence', { system, evidence: entry as never })
      if (!recorded.ok) return fail([recorded.failure])
    }
  }
  const decided = await session.call('gateRelease', {
    release: {
      manifest: release.raw as never,
      files: { ...project.value.digests },
      prompts: { ...release.prompts },
      toolSchemas: Object.fromEntries(Object.entries(release.toolSchemas).map(([id, { text }]) => [id, text])),
    },
    packs: gate.packs.map(({ pack, text, signature, bundle }) => ({
      file: pack.file,
      text,
      signature,
      bundle: bundle === undefined ? undefined : base64Of(bundle),
    })),
    environment: options.environment,
    author: options.author,
    expectedKeys: Object.fromEntries(gate.checks.map((check) => [check.rule.id, check.key])),
    facts: factsOf(gate.inputs) as unknown as JsonObject as never,
  })
  if (!decided.ok) return fail([decided.failure])
  return ok({ verdict: decided.value as unknown as StoredVerdict, gate, ran: ran.map(({ rule }) => rule.id) })
}

/**
 * Only what passed is run again by request: that can confirm a pass or take it away. What failed would be tried until chance
 * lets it pass, so it waits for a change of what it depends on.
 */
async function checksToRerun(
  session: Session,
  gate: PreparedGate,
  rules: readonly string[] | undefined,
): Promise<Result<readonly PlannedCheck[], Problem>> {
  if (rules === undefined) return ok([])
  const newest = await newestEvidence(session, gate)
  if (!newest.ok) return newest
  const unknown = rules.find((id) => !gate.checks.some(({ rule }) => rule.id === id))
  if (unknown !== undefined)
    return fail({
      code: 'gate/unknown-check',
      message: `this gate runs no check of a rule \`${unknown}\``,
      next: `use: ${gate.checks.map(({ rule }) => rule.id).join(', ')}`,
    })
  const asked = gate.checks.filter(({ rule }) => rules.length === 0 || rules.includes(rule.id))
  const failed = asked.find(({ rule }) => ['failed', 'inconclusive'].includes(newest.value.get(rule.id)?.outcome ?? ''))
  if (failed !== undefined && rules.length > 0)
    return fail({
      code: 'gate/rerun-of-failed',
      message: `the check of \`${failed.rule.id}\` did not pass on these very inputs, and is not tried until it does`,
      next: 'change what it depends on (release, suite, target), then gate again',
    })
  return ok(asked.filter(({ rule }) => newest.value.get(rule.id)?.outcome === 'passed'))
}

/** By check, the newest of this release. */
async function newestEvidence(
  session: Session,
  { inputs }: PreparedGate,
): Promise<Result<ReadonlyMap<string, StoredEvidence>, Problem>> {
  const listed = await session.call('listEvidence', {
    digest: inputs.release.digest,
    system: inputs.release.manifest.metadata.name,
    limit: 1_000,
  })
  if (!listed.ok) return listed
  const newest = new Map<string, StoredEvidence>()
  for (const evidence of listed.value.items as unknown as readonly StoredEvidence[])
    if (!newest.has(evidence.checkId)) newest.set(evidence.checkId, evidence)
  return ok(newest)
}

async function missingChecks(
  session: Session,
  gate: PreparedGate,
  aheadMs: number,
): Promise<Result<readonly PlannedCheck[], readonly Problem[]>> {
  const newest = await newestEvidence(session, gate)
  if (!newest.ok) return fail([newest.failure])
  const now = epochMs(systemClock() + aheadMs)
  return ok(
    gate.checks.filter(({ rule, key }) => {
      const evidence = newest.value.get(rule.id)
      // An errored check is tried again; a failed one is not: the same inputs would give the same answer.
      return evidence === undefined || evidence.outcome === 'errored' || !isFresh(evidence, key, rule.maxAgeDays, now)
    }),
  )
}

/** All of them, in the order of their ids: nothing is decided on one page. */
async function learnedCases(session: Session, system: string): Promise<Result<readonly SuiteCase[], Problem>> {
  const all = await everyItem(session, 'listLearnedCases', { system })
  return all.ok
    ? ok((all.value as unknown as readonly SuiteCase[]).toSorted((left, right) => (left.id < right.id ? -1 : 1)))
    : all
}
