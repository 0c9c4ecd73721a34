import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { opaEndpoints } from '../../../adapters/policy-opa/opa-endpoints.ts'
import { opaEngine } from '../../../adapters/policy-opa/opa-engine.ts'
import { askRego } from '../../../application/release/ask-rego.ts'
import type { StoredVerdict } from '../../../application/release/stored-verdict.ts'
import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Tier } from '../../../domain/manifest/manifest.ts'
import type { PolicyPack } from '../../../domain/policy/policy-pack.ts'
import type { RegoEngine } from '../../../domain/policy/rego-engine.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import {
  inputsOfPast,
  replayPack,
  type PastDecision,
  type ReplayedDecision,
} from '../../../domain/release/replay-pack.ts'
import { everyItem } from '../listing/list-pages.ts'
import { EXIT_CODE } from '../exit-code.ts'
import type { LoadedPack } from '../load-packs.ts'
import { loadPackOrFile } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, type Session, type SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { replayModelRequests } from './policy-replay-model-requests.ts'
import { replayRequests } from './policy-replay-requests.ts'
import { exitCodeOfProblem } from './with-session.ts'

interface Replayed extends ReplayedDecision {
  readonly system: string
  readonly version: string
  readonly past: PastDecision
  readonly hasFacts: boolean
}

/** `gatehouse policy replay`: which past decisions on releases a changed pack would have made otherwise. */
export async function policyReplayCommand(
  terminal: Terminal,
  options: SessionOptions & {
    readonly pack: string
    readonly project: string
    readonly system?: string | undefined
    readonly json: boolean
  },
): Promise<number> {
  const loaded = await loadPackOrFile(terminal, options.project, options.pack)
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const opened = await openSession(terminal, options)
  if (!opened.ok) {
    reportProblems(terminal, [opened.failure])
    return exitCodeOfProblem(opened.failure)
  }
  await using session = opened.value
  if (loaded.value.pack.scope === 'request') return replayRequests(terminal, session, loaded.value.pack, options)
  if (loaded.value.pack.scope === 'model-request')
    return replayModelRequests(terminal, session, loaded.value.pack, options)
  const endpoints = opaEndpoints(terminal.environment)
  if (!endpoints.ok) {
    reportProblems(terminal, [endpoints.failure])
    return EXIT_CODE.usage
  }
  const rego = opaEngine({ endpoints: endpoints.value })
  const replayed = await replayAll(session, { ...loaded.value, rego }, options.system)
  if (!replayed.ok) {
    reportProblems(terminal, [replayed.failure])
    return exitCodeOfProblem(replayed.failure)
  }
  print(terminal, loaded.value.pack, replayed.value, options.json)
  return EXIT_CODE.pass
}

const RELEASES_MAX = 200

interface ChangedPack extends Pick<LoadedPack, 'pack' | 'bundle'> {
  readonly rego: RegoEngine
}

async function replayAll(
  session: Session,
  changed: ChangedPack,
  system: string | undefined,
): Promise<Result<readonly Replayed[], Problem>> {
  const systems = await everyItem(session, 'listSystems', {})
  if (!systems.ok) return systems
  const names = systems.value.map((item) => String(item['system'])).filter((name) => name === (system ?? name))
  if (names.length === 0)
    return fail({ code: 'controls/unknown-system', message: 'no release is known', next: 'run `gatehouse gate` first' })
  const all: Replayed[] = []
  for (const name of names) {
    const releases = await session.call('listReleases', { system: name, limit: RELEASES_MAX })
    if (!releases.ok) return releases
    for (const { digest } of releases.value.items) {
      const detail = await session.call('getRelease', { digest: String(digest) })
      if (!detail.ok) return detail
      all.push(...(await replayRelease(changed, detail.value)))
    }
  }
  return ok(all)
}

/** The newest verdict of each environment: an older one was replaced. Only verdicts that bound the pack are asked. */
async function replayRelease(
  { pack, bundle, rego }: ChangedPack,
  detail: Readonly<Record<string, unknown>>,
): Promise<readonly Replayed[]> {
  const engine = celEngine()
  const bundles = new Map(bundle === undefined ? [] : [[pack.id, bundle]])
  const release = detail['release'] as { readonly manifest: JsonObject }
  const evidence = detail['evidence'] as readonly (CheckEvidence & { readonly id: string })[]
  const seen = new Set<string>()
  const replayed: Replayed[] = []
  for (const verdict of detail['verdicts'] as readonly StoredVerdict[]) {
    if (seen.has(verdict.environment) || !verdict.packs.some(({ id }) => id === pack.id)) continue
    seen.add(verdict.environment)
    const past = pastOf(pack, verdict, release.manifest, evidence)
    replayed.push({
      system: verdict.system,
      version: verdict.systemVersion,
      past,
      hasFacts: verdict.facts !== undefined,
      ...replayPack(engine, pack, { ...past, rego: await askRego(rego, inputsOfPast(engine, pack, past), bundles) }),
    })
  }
  return replayed
}

function pastOf(
  pack: PolicyPack,
  verdict: StoredVerdict,
  manifest: JsonObject,
  evidence: readonly (CheckEvidence & { readonly id: string })[],
): PastDecision {
  const used = new Set(verdict.results.map(({ evidenceId }) => evidenceId))
  const known = new Set(pack.rules.map(({ id }) => id))
  return {
    releaseDigest: verdict.releaseDigest,
    tier: verdict.tier as Tier,
    environment: verdict.environment,
    verdict: verdict.verdict,
    decidedAt: verdict.decidedAt,
    manifest,
    // Verdicts of before facts were kept: rules that read them err, and the output says why.
    facts: verdict.facts ?? {},
    evidence: new Map(evidence.filter(({ id }) => used.has(id)).map((entry) => [entry.checkId, entry])),
    outcomes: [
      ...verdict.results.map(({ id, pack: of, outcome }) => ({ rule: id, pack: of, outcome })),
      // A verdict keeps skipped rules by id alone: those of the changed pack are told by their id.
      ...verdict.skipped.map((id) => ({ rule: id, pack: known.has(id) ? pack.id : '', outcome: 'skipped' })),
    ],
  }
}

function print(terminal: Terminal, pack: PolicyPack, replayed: readonly Replayed[], isJson: boolean): void {
  const changed = replayed.filter(({ changes }) => changes.length > 0)
  const turned = changed.filter(({ before, after }) => before !== after)
  if (isJson) {
    const decisions = replayed.map(({ system, version, past, changes, before, after, hasFacts }) => ({
      system,
      version,
      releaseDigest: past.releaseDigest,
      environment: past.environment,
      verdict: past.verdict,
      before,
      after,
      changes,
      hasFacts,
    }))
    printLine(terminal, inertJson({ schemaVersion: 1, pack: `${pack.id}@${pack.version}`, decisions }, 2))
    return
  }
  printLine(
    terminal,
    `${pack.id}@${pack.version} on ${replayed.length} past decisions: ${changed.length} with another outcome of a rule, ${turned.length} decided otherwise`,
  )
  for (const { system, version, past, changes, before, after, hasFacts } of changed) {
    const what = before === after ? `stays ${after}` : `${before} → ${after}`
    printLine(
      terminal,
      `  ${inert(system)} v${inert(version)} ${past.environment} ${past.releaseDigest.slice(0, 19)}: ${what}`,
    )
    for (const { rule, before: was, after: is } of changes) printLine(terminal, `    ${rule} ${was} → ${is}`)
    if (!hasFacts) printLine(terminal, '    note: this verdict kept no facts; rules that read them cannot be replayed')
  }
}
