import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { factsOf } from '../../../application/release/plan-checks.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import type { JsonObject } from '../../../base/json.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { rightOf } from '../../../domain/approval/decision-rights.ts'
import type { Control } from '../../../domain/controls/control.ts'
import { answersOfManifest, assessIntake, type IntakeAssessment } from '../../../domain/intake/assess-intake.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { judgeRules, type JudgedRules } from '../../../domain/release/decide-release.ts'
import { intakeContext } from '../../node/intake-context.ts'
import { shippedRights } from '../../node/shipped-content.ts'
import type { PreparedGate } from '../gate/prepare-gate.ts'
import { inert } from '../style.ts'

/** The one-page gate spec of a system: what it must show, to whom, and how an exception is made. Nothing is run. */
export async function planMarkdown(
  { project, packs, checks, inputs }: PreparedGate,
  environment: string,
): Promise<Result<string, readonly Problem[]>> {
  const now = systemClock()
  const asOf = toRfc3339(now).slice(0, 10)
  const rights = await shippedRights()
  const context = await intakeContext(rights, asOf)
  if (!context.ok) return context
  const { manifest, digest, raw } = project.release
  const { tier, reasons } = computeTier(manifest)
  const intake = assessIntake(answersOfManifest(manifest), context.value)
  const judged = judgeRules({
    engine: celEngine(),
    packs: inputs.packs,
    tier,
    environment,
    manifest: raw,
    facts: factsOf(inputs) as unknown as JsonObject,
    evidence: new Map(),
    expectedKeys: new Map(),
    now,
  })
  const bound = new Set(packs.flatMap(({ pack }) => pack.rules.flatMap(({ controls }) => controls)))
  const controls = context.value.controls.filter(({ id }) => bound.has(id))
  const release = rightOf(rights, 'release', tier)
  const exception = rightOf(rights, 'exception', tier)
  const lines = [
    `# Gate spec: ${inert(manifest.metadata.title ?? manifest.metadata.name)} ${manifest.metadata.version}`,
    '',
    `System \`${manifest.metadata.name}\`, environment \`${environment}\`, owner ${inert(manifest.metadata.owner)}, as of ${asOf}. Release \`${digest}\`.`,
    '',
    `## Tier ${tier}`,
    '',
    ...reasons.map((reason) => `- ${inert(reason)}`),
    `- EU AI Act: ${intake.aiAct.class}, role ${intake.aiAct.role}`,
    '',
    ...threats(controls),
    ...checklist(judged),
    '## Must-pass tests',
    '',
    ...checks.flatMap(({ rule, spec, criterion, casesNeeded, casesAvailable }) => {
      if (spec.kind !== 'suite') return []
      const limit =
        criterion === undefined
          ? 'every case holds'
          : `${spec.metric} ${criterion.direction === 'at-most' ? '≤' : '≥'} ${(100 * criterion.threshold).toFixed(1)} % at 95 % confidence`
      return [
        `- ${rule.id} ${rule.title}: suites of purpose \`${spec.purpose}\`, ${limit}; ${casesNeeded ?? 1} cases needed, ${casesAvailable} there`,
      ]
    }),
    '',
    ...evidence(intake),
    ...logging(project.release.manifest.data),
    '## Approvals and exceptions',
    '',
    `- Release: ${people(release)}; the author does not count. Environment \`local\` asks nobody.`,
    `- Exception: for one failed rule of one release, 90 days at most${tier === 'T3' ? '' : ', with a compensating rule that holds meanwhile'}; ${people(exception)}. \`gatehouse exception request GH-… --help\``,
    '',
    ...continuousIntegration(environment),
  ]
  return ok(lines.join('\n'))
}

function continuousIntegration(environment: string): readonly string[] {
  return [
    '## CI',
    '',
    '```sh',
    'gatehouse validate && gatehouse policy test && gatehouse policy mutate',
    `gatehouse gate --env ${environment} --format sarif -o gate.sarif --format junit -o gate.xml`,
    '```',
    '',
    'Exit 0 releases, 1 blocks, 3 is undecided and blocks, 5 waits for people.',
    '',
  ]
}

/** Entries of OWASP that the bound controls answer to. A threat model knows more: it is a document of its own. */
function threats(controls: readonly Control[]): readonly string[] {
  const answered = new Map<string, string[]>()
  for (const { id, crosswalks } of controls)
    for (const { framework, entry } of crosswalks)
      if (framework.startsWith('owasp')) answered.set(entry, [...(answered.get(entry) ?? []), id])
  const rows = [...answered].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return [
    '## Threats, as far as the bound packs know them',
    '',
    ...rows.map(([entry, ids]) => `- ${entry}: ${ids.join(', ')}`),
    '- What is particular to this system belongs into its threat model (CTL-SEC-008).',
    '',
  ]
}

const MARKS: Readonly<Record<string, string>> = { passed: '[x]', failed: '[ ]' }

/** Rules that read declarations are decided as the project is; those that ask for evidence stand below. */
function checklist({ results }: JudgedRules): readonly string[] {
  return [
    '## Security checklist',
    '',
    ...results
      .filter(({ rule }) => rule.check?.kind !== 'suite')
      .map(({ rule, outcome }) => {
        const open = outcome === 'passed' || outcome === 'failed' ? '' : ' (decided at the gate)'
        const fix = outcome === 'failed' ? `: ${inert(rule.fix)}` : ''
        return `- ${MARKS[outcome] ?? '[ ]'} ${rule.id} ${inert(rule.title)}${open}${fix}`
      }),
    '',
  ]
}

function evidence({ controls, reviews }: IntakeAssessment): readonly string[] {
  return [
    '## Evidence',
    '',
    '- Signed verdict (SLSA VSA) with the evidence of each check, in the ledger; evidence counts as long as its rule says.',
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
