import type { StoredEvidence } from '../../../application/evidence/stored-evidence.ts'
import { suitesRead } from '../../../application/release/plan-checks.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { DAY_MS, toRfc3339, type EpochMs } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import {
  coverJourneys,
  describeGap,
  isMissingCases,
  undeclaredJourneys,
  type CoveringSuite,
  type JourneyCoverage,
} from '../../../domain/journey/cover-journeys.ts'
import type { Tier } from '../../../domain/manifest/manifest.ts'
import { listRuns } from '../evaluation/run-folders.ts'
import { EXIT_CODE, type ExitCode } from '../exit-code.ts'
import { loadGate } from '../gate/load-gate.ts'
import type { PreparedGate } from '../gate/prepare-gate.ts'
import { printTable, type TableFormat } from '../print-table.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession } from '../session.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfProblems } from './with-session.ts'

export interface EvalCoverageOptions {
  readonly project: string
  readonly manifest: string
  readonly state?: string | undefined
  readonly maxAgeDays: number
  /** False: only cases are counted, and no state is opened. */
  readonly evidence: boolean
  readonly format: TableFormat
  readonly json: boolean
}

interface Coverage {
  readonly system: string
  readonly tier: Tier
  readonly journeys: readonly JourneyCoverage[]
  readonly undeclared: ReturnType<typeof undeclaredJourneys>
}

/** `gatehouse eval coverage`: journeys × risks × languages, with case counts, age of evidence and gaps. */
export async function evalCoverageCommand(terminal: Terminal, options: EvalCoverageOptions): Promise<number> {
  const now = systemClock()
  const coverage = await readCoverage(terminal, options, now)
  if (!coverage.ok) {
    reportProblems(terminal, coverage.failure)
    return exitCodeOfProblems(coverage.failure)
  }
  const exitCode = exitCodeOfCoverage(coverage.value)
  if (options.json || options.format === 'json')
    printLine(terminal, inertJson({ schemaVersion: 1, ...jsonOf(coverage.value), exitCode }, 2))
  else printCoverage(terminal, coverage.value, { format: options.format, now })
  return exitCode
}

async function readCoverage(
  terminal: Terminal,
  options: EvalCoverageOptions,
  now: EpochMs,
): Promise<Result<Coverage, readonly Problem[]>> {
  const prepared = await loadGate(terminal, options)
  if (!prepared.ok) return prepared
  const { inputs, checks } = prepared.value
  const dates = options.evidence ? await newestResults(terminal, options, prepared.value) : ok(new Map())
  if (!dates.ok) return dates
  const read = new Set(suitesRead(checks).map(({ id }) => id))
  const suites = inputs.suites.map(({ id, cases, digest }): CoveringSuite => ({
    id,
    cases,
    isRead: read.has(id),
    newestAt: dates.value.get(digest),
  }))
  const journeys = inputs.release.manifest.journeys ?? []
  const freshness = options.evidence ? { now, maxAgeDays: options.maxAgeDays } : undefined
  return ok({
    system: inputs.release.manifest.metadata.name,
    tier: inputs.tier,
    journeys: coverJourneys(journeys, suites, freshness),
    undeclared: undeclaredJourneys(journeys, suites),
  })
}

/** By digest of a suite, when it last gave a result: as evidence of this release, or in a run that is kept. */
async function newestResults(
  terminal: Terminal,
  options: EvalCoverageOptions,
  { inputs }: PreparedGate,
): Promise<Result<ReadonlyMap<string, EpochMs>, readonly Problem[]>> {
  const opened = await openSession(terminal, options)
  if (!opened.ok) return fail([opened.failure])
  await using session = opened.value
  const { digest, manifest } = inputs.release
  const listed = await session.call('listEvidence', { digest, system: manifest.metadata.name, limit: 1_000 })
  if (!listed.ok) return fail([listed.failure])
  const newest = new Map<string, EpochMs>()
  const take = (suite: string, at: number): void => {
    if (at > (newest.get(suite) ?? 0)) newest.set(suite, at as EpochMs)
  }
  for (const { outcome, finishedAt, suiteDigests } of listed.value.items as unknown as readonly StoredEvidence[])
    if (outcome !== 'errored') for (const suite of suiteDigests) take(suite, finishedAt)
  for (const { head, report } of await listRuns(stateFolderOf(terminal, options.state)))
    if (report !== undefined && report.trials.run > report.trials.errored && isOfRelease(head.target, digest))
      take(report.suite.digest, Date.parse(head.startedAt))
  return ok(newest)
}

/** A run against anything but this release of the application says nothing about it. */
function isOfRelease(target: unknown, release: string): boolean {
  return typeof target === 'object' && target !== null && 'release' in target && target.release === release
}

/** Missing cases block T1; missing or old evidence is undecided there; other tiers are told. */
function exitCodeOfCoverage({ tier, journeys }: Coverage): ExitCode {
  if (tier !== 'T1') return EXIT_CODE.pass
  const gaps = journeys.flatMap((journey) => journey.gaps)
  if (journeys.length === 0 || gaps.some(isMissingCases)) return EXIT_CODE.blocked
  return gaps.length > 0 ? EXIT_CODE.inconclusive : EXIT_CODE.pass
}

function jsonOf({ system, tier, journeys, undeclared }: Coverage): object {
  return {
    system,
    tier,
    journeys: journeys.map(({ journey, newestAt, gaps, ...rest }) => ({
      ...journey,
      ...rest,
      newestAt: newestAt === null ? null : toRfc3339(newestAt),
      gaps: gaps.map((gap) => ({ ...gap, text: describeGap(gap) })),
    })),
    undeclared,
  }
}

function printCoverage(
  terminal: Terminal,
  { system, tier, journeys, undeclared }: Coverage,
  { format, now }: { readonly format: TableFormat; readonly now: EpochMs },
): void {
  const covered = journeys.filter(({ gaps }) => gaps.length === 0).length
  const title = `${system} · tier ${tier} · ${covered} of ${journeys.length} journeys covered`
  const age = (at: EpochMs | null): string => (at === null ? '–' : `${Math.floor((now - at) / DAY_MS)} d`)
  if (format === 'human') printLine(terminal, styleFor(terminal.hasColor).bold(inert(title)))
  if (format === 'markdown') printLine(terminal, `## ${inert(title)}\n`)
  if (format !== 'csv') {
    printTable(terminal, format, {
      head: ['journey', 'level', 'cases', 'needs', 'newest', 'gaps'],
      rows: journeys.map(({ journey, cases, casesNeeded, newestAt, gaps }) => [
        journey.id,
        journey.risk,
        String(cases),
        String(casesNeeded),
        age(newestAt),
        gaps.length === 0 ? 'none' : gaps.map(describeGap).join('; '),
      ]),
    })
    printLine(terminal)
  }
  printTable(terminal, format, {
    head: ['journey', 'risk', 'language', 'cases', 'newest'],
    rows: journeys.flatMap(({ journey, cells, newestAt }) =>
      cells.map(({ risk, language, cases }) => [journey.id, risk, language, String(cases), age(newestAt)]),
    ),
  })
  if (format !== 'human') return
  for (const { journey, file, line } of undeclared)
    printLine(
      terminal,
      inert(`${file}:${line}: journey \`${journey}\` is not in the manifest: correct it or declare it`),
    )
  if (journeys.length === 0)
    printLine(terminal, 'the manifest declares no journey: write some under `journeys` (docs/how-to/cover-journeys.md)')
  else if (covered < journeys.length)
    printLine(terminal, 'next: tag cases with `journeys`, `risks` and `language`; `gatehouse gate` renews evidence')
}
