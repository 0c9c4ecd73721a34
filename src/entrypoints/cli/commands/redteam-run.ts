import { dirname, resolve } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { monotonicMs, systemClock } from '../../../adapters/clock/system-clock.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { attackerModel } from '../../../adapters/providers/attacker-model.ts'
import { canPlant } from '../../../application/redteam/planting-target.ts'
import { fuzzTarget } from '../../../application/redteam/fuzz-target.ts'
import { runCampaign, runOnce, type Strategy } from '../../../application/redteam/run-campaign.ts'
import { adaptiveCrescendo, treeSearch } from '../../../application/redteam/search-tree.ts'
import type { AttackPorts } from '../../../application/redteam/attempt-attack.ts'
import { utf8 } from '../../../base/bytes.ts'
import { digestOfBytes } from '../../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { writeCampaign, type CampaignFile } from '../../../contract/redteam/campaign-file.ts'
import type { BoundAttack } from '../../../domain/redteam/bind-case.ts'
import type { CampaignRun } from '../../../domain/redteam/campaign-run.ts'
import { escalated } from '../../../domain/redteam/escalations.ts'
import { redactAttempt } from '../../../domain/redteam/redact-attempt.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { leakOf, openTarget } from '../gate/open-target.ts'
import { loadSuites, modelIdentity } from '../gate/prepare-gate.ts'
import { terminalProgress } from '../gate/progress.ts'
import { loadProject, type LoadedProject } from '../load-project.ts'
import { prepareCampaign, type PreparedCampaign } from '../redteam/prepare-campaign.ts'
import { exitCodeAbove, printCampaign, summaryJson } from '../redteam/print-campaign.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface RedteamRunOptions {
  readonly project: string
  readonly manifest: string
  readonly goals?: readonly string[] | undefined
  readonly techniques?: readonly string[] | undefined
  readonly languages?: readonly string[] | undefined
  readonly strategy: 'single' | 'crescendo' | 'tree' | 'fuzz'
  readonly budget: number
  readonly twins: number
  readonly seed: number
  readonly target?: string | undefined
  readonly profile?: string | undefined
  readonly attackerUrl?: string | undefined
  readonly attackerModel?: string | undefined
  readonly out: string
  /** Share of successful attacks per goal above which the command does not exit 0. */
  readonly failAbove?: number | undefined
  readonly json: boolean
}

/** `gatehouse redteam run`: attacks the application through the gateway of this release and writes what happened. */
export async function redteamRunCommand(terminal: Terminal, options: RedteamRunOptions): Promise<number> {
  const done = await runAndWrite(terminal, options)
  if (!done.ok) {
    reportProblems(terminal, done.failure)
    return EXIT_CODE.usage
  }
  const campaign = done.value
  if (options.json) printLine(terminal, inertJson(summaryJson(campaign), 2))
  else {
    printCampaign(terminal, campaign)
    printLine(terminal, `\n${options.out}: everything that was run`)
    printLine(terminal, `next: gatehouse redteam report ${options.out} --regressions suites/redteam-regressions.jsonl`)
  }
  if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
  return exitCodeAbove(campaign, options.failAbove)
}

async function runAndWrite(
  terminal: Terminal,
  options: RedteamRunOptions,
): Promise<Result<CampaignFile, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  const suites = await loadSuites(project.value)
  if (!suites.ok) return suites
  const prepared = await prepareCampaign(project.value, suites.value, options)
  if (!prepared.ok) return prepared
  const campaign = await runPrepared(terminal, project.value, prepared.value, options)
  if (!campaign.ok) return campaign
  const path = resolve(terminal.workingFolder, options.out)
  await mkdir(dirname(path), { recursive: true })
  await writeFileAtomic(path, writeCampaign(campaign.value))
  return campaign
}

async function runPrepared(
  terminal: Terminal,
  project: LoadedProject,
  prepared: PreparedCampaign,
  options: RedteamRunOptions,
): Promise<Result<CampaignFile, readonly Problem[]>> {
  await using owned = new AsyncDisposableStack()
  const strategy = strategyOf(terminal, options, owned)
  if (!strategy.ok) return strategy
  const startedAt = systemClock()
  const opened = await openTarget(project, prepared.target, terminal.environment)
  if (!opened.ok) return opened
  await using open = opened.value
  const leak = leakOf(project.release)
  const reachable = prepared.attacks.filter(({ channel }) => channel === 'user' || canPlant(open.target))
  const unplanted = prepared.attacks.length - reachable.length
  const attacks = options.strategy === 'crescendo' && options.attackerUrl === undefined ? climbed(reachable) : reachable
  const progress = terminalProgress(terminal)
  const ports: AttackPorts & { readonly onDone: () => void } = {
    target: open.target,
    subject: prepared.profile.subject,
    leak,
    sharedTenant: 'shared',
    signal: terminal.interrupted,
    monotonicMs,
    onDone: () => progress.advance(),
  }
  const isFuzz = options.strategy === 'fuzz'
  const label = open.isSimulated ? 'attacks and twins (simulated model)' : 'attacks and twins'
  progress.start((isFuzz ? options.budget : attacks.length) + prepared.twins.length, label)
  const fuzzed = isFuzz ? await fuzzTarget(attacks, options.budget, options.seed, ports) : undefined
  const ran = await runCampaign(isFuzz ? [] : attacks, prepared.twins, { ...ports, strategy: strategy.value })
  progress.stop()
  const { manifest, digest } = project.release
  const capture = manifest.data?.capture ?? 'none'
  const digestOf = (text: string): string => digestOfBytes(nodeSha256, utf8(text))
  const run: CampaignRun = { attempts: fuzzed?.attempts ?? ran.attempts, twins: ran.twins }
  return ok({
    schemaVersion: 1,
    kind: 'RedTeamCampaign',
    system: manifest.metadata.name,
    version: manifest.metadata.version,
    releaseDigest: digest,
    catalogueDigest: prepared.catalogueDigest,
    model: modelIdentity(terminal.environment),
    isSimulated: open.isSimulated,
    strategy: options.strategy,
    seed: options.seed,
    budget: options.budget,
    capture,
    startedAt,
    finishedAt: systemClock(),
    subject: { ...prepared.profile.subject, roles: [...prepared.profile.subject.roles] },
    inapplicable: { ...prepared.inapplicable, ...(unplanted > 0 ? { 'a target that plants': unplanted } : {}) },
    attempts: run.attempts.map((attempt) => redactAttempt(attempt, capture, { leak, digestOf })),
    twins: run.twins,
    coverage: fuzzed?.coverage ?? [],
  } as unknown as CampaignFile)
}

/** Attacks that a ladder leads up to; the others have no steps to climb. */
function climbed(attacks: readonly BoundAttack[]): readonly BoundAttack[] {
  return attacks.map(escalated).filter((attack) => attack !== undefined)
}

const CRESCENDO_DEPTH = 6

function strategyOf(
  terminal: Terminal,
  { strategy, attackerUrl, attackerModel: model }: RedteamRunOptions,
  owned: AsyncDisposableStack,
): Result<Strategy, readonly Problem[]> {
  if (attackerUrl === undefined) {
    if (strategy !== 'tree') return ok(runOnce)
    return fail([
      {
        code: 'redteam/no-attacker',
        message: 'the tree search needs a model that attacks',
        next: 'name an OpenAI-compatible endpoint: --attacker-url URL --attacker-model NAME (key in GATEHOUSE_ATTACKER_KEY)',
      },
    ])
  }
  if (!URL.canParse(attackerUrl) || model === undefined)
    return fail([
      {
        code: 'redteam/no-attacker',
        message: model === undefined ? 'no attacker model is named' : `\`${attackerUrl}\` is no URL`,
        next: 'use --attacker-url URL --attacker-model NAME',
      },
    ])
  const apiKey = terminal.environment['GATEHOUSE_ATTACKER_KEY']
  const attacker = owned.use(attackerModel({ baseUrl: attackerUrl, model, apiKey }))
  if (strategy === 'tree') return ok(treeSearch(attacker))
  return ok(strategy === 'crescendo' ? adaptiveCrescendo(attacker, CRESCENDO_DEPTH) : runOnce)
}
