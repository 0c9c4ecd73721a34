import { systemClock } from '../../../adapters/clock/system-clock.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { rightOf } from '../../../domain/approval/decision-rights.ts'
import type { Control } from '../../../domain/controls/control.ts'
import { answersOfManifest, assessIntake, type IntakeAssessment } from '../../../domain/intake/assess-intake.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import type { JudgedRules } from '../../../domain/release/decide-release.ts'
import type { Manifest } from '../../../domain/manifest/manifest.ts'
import { dataFlowOf } from '../../../domain/threatmodel/data-flow.ts'
import { THREAT_SEVERITIES, threatsOf, type Threat, type ThreatKind } from '../../../domain/threatmodel/threat.ts'
import { intakeContext } from '../../node/intake-context.ts'
import { shippedRights, shippedThreats } from '../../node/shipped-content.ts'
import type { PreparedGate } from '../gate/prepare-gate.ts'
import { judgeProject } from '../judge-project.ts'
import { inert } from '../style.ts'

/** The one-page gate spec of a system: what it must show, to whom, and how an exception is made. Nothing is run. */
export async function planMarkdown(
  gate: PreparedGate,
  options: { readonly env: string; readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<Result<string, readonly Problem[]>> {
  const { project, packs, checks } = gate
  const now = systemClock()
  const asOf = toRfc3339(now).slice(0, 10)
  const rights = await shippedRights()
  const context = await intakeContext(rights, asOf)
  if (!context.ok) return context
  const { manifest, digest } = project.release
  const { tier, reasons } = computeTier(manifest)
  const intake = assessIntake(answersOfManifest(manifest), context.value)
  const judged = await judgeProject(gate, options.environment, now)
  if (!judged.ok) return judged
  const bound = new Set(packs.flatMap(({ pack }) => pack.rules.flatMap(({ controls }) => controls)))
  const controls = context.value.controls.filter(({ id }) => bound.has(id))
  const release = rightOf(rights, 'release', tier)
  const exception = rightOf(rights, 'exception', tier)
  const lines = [
    `# Gate spec: ${inert(manifest.metadata.title ?? manifest.metadata.name)} ${manifest.metadata.version}`,
    '',
    `System \`${manifest.metadata.name}\`, environment \`${options.env}\`, owner ${inert(manifest.metadata.owner)}, as of ${asOf}. Release \`${digest}\`.`,
    '',
    `## Tier ${tier}`,
    '',
    ...reasons.map((reason) => `- ${inert(reason)}`),
    `- EU AI Act: ${intake.aiAct.class}, role ${intake.aiAct.role}`,
    '',
    ...threats(manifest, await shippedThreats(), controls),
    ...checklist(judged.value),
    '## Must-pass tests',
    '',
    ...checks.map(mustPass),
    '',
    ...evidence(intake, checks),
    ...logging(project.release.manifest.data),
    '## Approvals and exceptions',
    '',
    `- Release: ${people(release)}; the author does not count. Environment \`local\` asks nobody.`,
    '- Exception path: `gatehouse exception request` → review → approve or deny → active → lapsed; it lapses by itself at its day, with another release, or when its compensating rule fails.',
    `- Exception: for one failed rule of one release, 90 days at most${tier === 'T3' ? '' : ', with a compensating rule that holds meanwhile'}; ${people(exception)}. \`gatehouse exception request GH-… --help\``,
    '',
    ...continuousIntegration(options.env),
  ]
  return ok(lines.join('\n'))
}

function continuousIntegration(environment: string): readonly string[] {
  return [
    '## CI',
    '',
    '```sh',
    'gatehouse validate && gatehouse prompt lint && gatehouse policy test && gatehouse policy mutate',
    `gatehouse gate --env ${environment} --format sarif -o gate.sarif --format junit -o gate.xml`,
    '```',
    '',
    'Exit 0 releases, 1 blocks, 3 is undecided and blocks, 5 waits for people. Pipelines for GitHub Actions, GitLab, Azure DevOps and Jenkins come with `gatehouse init --template …`.',
    '',
  ]
}

/** What a check must come to. */
function mustPass({ rule, spec, criterion, casesNeeded, casesAvailable }: PlannedCheck): string {
  const limit =
    criterion === undefined
      ? 'every case holds'
      : `${criterion.direction === 'at-most' ? '≤' : '≥'} ${(100 * criterion.threshold).toFixed(1)} % at 95 % confidence`
  const cases = `${casesNeeded ?? 1} cases needed, ${casesAvailable} there`
  const what = ((): string => {
    switch (spec.kind) {
      case 'builtin':
        return `\`${spec.name}\` finds nothing`
      case 'suite':
        return `suites of purpose \`${spec.purpose}\`, ${spec.metric} ${limit}; ${cases}`
      case 'redteam':
        return `campaign of ${spec.budget} attacks, success ${limit}; ${casesAvailable} planned`
      case 'imported':
        return `results of ${spec.tools?.join(', ') ?? 'another tool'}, ${limit}; brought in by \`gatehouse evidence import\``
    }
  })()
  return `- ${rule.id} ${inert(rule.title)}: ${what}; evidence counts ${rule.maxAgeDays} days`
}

/** Kinds of threats on the page; the rest is counted. */
const THREATS_SHOWN_MAX = 15
/** Elements named beside a threat; the rest is counted. */
const ELEMENTS_SHOWN_MAX = 4

/** Threats that arise from the declared data flows, each with what the manifest already shows against it. Nothing is evidenced yet. */
function threats(
  manifest: Manifest,
  catalogue: readonly ThreatKind[],
  controls: readonly Control[],
): readonly string[] {
  const found = threatsOf(manifest, dataFlowOf(manifest), {
    catalogue,
    passedRules: new Set(),
    acceptances: [],
    now: systemClock(),
  })
  const order = new Map(THREAT_SEVERITIES.map((severity, index) => [severity, index]))
  const kinds = [...Map.groupBy(found, ({ kind }) => kind).values()].toSorted(
    ([one], [other]) => (order.get(one?.severity ?? 'low') ?? 0) - (order.get(other?.severity ?? 'low') ?? 0),
  )
  const owasp = new Set(
    controls.flatMap(({ crosswalks }) =>
      crosswalks.filter(({ framework }) => framework.startsWith('owasp')).map(({ entry }) => entry),
    ),
  )
  const more = kinds.length - THREATS_SHOWN_MAX
  return [
    '## Threats',
    '',
    ...kinds.slice(0, THREATS_SHOWN_MAX).map(threatLine),
    ...(more > 0 ? [`- and ${more} more`] : []),
    `- Entries of OWASP that the bound controls answer to: ${[...owasp].toSorted().join(', ')}`,
    '- Review them as they are: `gatehouse threats show`, then `gatehouse threats attest` (CTL-SEC-008).',
    '',
  ]
}

function threatLine(found: readonly Threat[]): string {
  const [first] = found
  const elements = found.map(({ element }) => `\`${element}\``)
  const more = elements.length > ELEMENTS_SHOWN_MAX ? ` and ${elements.length - ELEMENTS_SHOWN_MAX} more` : ''
  const missing = found.flatMap(({ missingMeasures, element }) =>
    missingMeasures.map((measure) => `${measure} on \`${inert(element)}\``),
  )
  const measures =
    missing.length > 0 ? `not declared: ${missing.join(', ')}` : first?.measures.length === 0 ? 'by tests' : 'declared'
  const rules = new Set(found.flatMap(({ unevidenced }) => unevidenced))
  return `- ${first?.kind ?? ''} ${inert(first?.title ?? '')} (${first?.severity ?? ''}) on ${inert(elements.slice(0, ELEMENTS_SHOWN_MAX).join(', '))}${more}: measures ${measures}; shown by ${[...rules].join(', ')}`
}

const MARKS: Readonly<Record<string, string>> = { passed: '[x]', failed: '[ ]' }

/** Rules that read declarations are decided as the project is; those that ask for evidence stand below. */
function checklist({ results }: JudgedRules): readonly string[] {
  return [
    '## Security checklist',
    '',
    ...results
      .filter(({ rule }) => rule.check === undefined)
      .map(({ rule, outcome }) => {
        const open = outcome === 'passed' || outcome === 'failed' ? '' : ' (decided at the gate)'
        const fix = outcome === 'failed' ? `: ${inert(rule.fix)}` : ''
        return `- ${MARKS[outcome] ?? '[ ]'} ${rule.id} ${inert(rule.title)}${open}${fix}`
      }),
    '',
  ]
}

function evidence({ controls, reviews }: IntakeAssessment, checks: readonly PlannedCheck[]): readonly string[] {
  return [
    '## Evidence',
    '',
    `- ${checks.length} attestations (in-toto test results, one a check above) and one signed verdict (SLSA VSA) that lists them, in the ledger.`,
    '- `gatehouse evidence pack` makes the pack that an auditor verifies offline.',
    `- ${controls.length} controls are asked for; \`gatehouse gaps --system NAME\` lists what is missing and by when.`,
    ...reviews.map(({ role, why }) => `- Review by ${role}: ${why}.`),
    '',
  ]
}

function logging(data: PreparedGate['project']['release']['manifest']['data']): readonly string[] {
  const { capture, retentionDays, residency, subjectErasure } = data ?? {}
  return [
    '## Logging under privacy limits',
    '',
    `- Content of requests: ${capture ?? 'not declared'}; records are kept ${retentionDays === undefined ? 'for a time that is not declared' : `${retentionDays} days`}.`,
    `- Residency: ${residency === undefined ? 'not declared' : residency.join(', ')}; erasure of a person's records: ${subjectErasure === true ? 'declared' : 'not declared'}.`,
    '- Each request leaves a decision record with release, findings and tool decisions, without content unless capture asks for it.',
    '',
  ]
}

function people({
  people: count,
  roles,
  distinctRoles,
}: {
  readonly people: number
  readonly roles: readonly string[]
  readonly distinctRoles: boolean
}): string {
  if (count === 0) return 'nobody is asked'
  return `${count} of ${roles.join(', ')}${distinctRoles ? ', in different roles' : ''}`
}
