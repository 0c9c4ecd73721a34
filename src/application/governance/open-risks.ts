import { DAY_MS, epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Control } from '../../domain/controls/control.ts'
import type { Finding } from '../../domain/finding/finding.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import type { RiskLevel } from '../../domain/risk/rate-risk.ts'
import { isOpenRisk, TREATMENT_DAYS, untreatedRisk, type Risk, type RiskSource } from '../../domain/risk/risk.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { linkRisk, openFindings } from './findings.ts'
import { allRisks } from './risk-register.ts'
import { storeRisk } from './risks.ts'
import { personOf, tierOfRelease } from './rights.ts'
import { threatModelOfRelease } from './threat-models.ts'

export interface NewRisk {
  readonly system: string
  readonly kind: Exclude<RiskSource, 'rule'>
  /** Id of the control, threat, finding or incident; nothing where a person thought of it. */
  readonly ref?: string | undefined
  readonly title?: string | undefined
  readonly severity?: RiskLevel | undefined
  readonly owner?: string | undefined
  readonly controls?: readonly string[] | undefined
  readonly rules?: readonly string[] | undefined
}

/** What the named source says of the risk. */
interface Sourced {
  readonly title: string
  readonly severity: RiskLevel
  readonly controls: readonly string[]
  readonly rules: readonly string[]
}

/** Takes a risk into the register. The same source of the same system is the same risk while that is open. */
export async function addRisk(
  node: OwnerNode,
  controls: readonly Control[],
  principal: Principal,
  input: NewRisk,
): Promise<Result<Risk, Problem>> {
  const sourced = await sourceOf(node, controls, input)
  if (!sourced.ok) return sourced
  return node.recorder.exclusive(async () => {
    const known = (await allRisks(node, input.system)).find(
      (risk) => input.kind !== 'person' && risk.kind === input.kind && risk.ref === input.ref && isOpenRisk(risk),
    )
    return known === undefined ? openRisk(node, principal, input, sourced.value) : ok(known)
  })
}

/** Inside of a turn of its caller, who knows that the source has no open risk. */
async function openRisk(
  node: OwnerNode,
  principal: Principal,
  input: NewRisk,
  sourced: Sourced,
): Promise<Result<Risk, Problem>> {
  const opened = await storeRisk(node, principal, await newRisk(node, principal, input, sourced))
  if (opened.ok && input.kind === 'finding') await linkRisk(node, principal, opened.value.ref, opened.value.id)
  return opened
}

/**
 * Opens a risk for each source in one turn, looked up within it: of several that ask at once one does the work, and the
 * others find it done.
 */
export async function openRisks(
  node: OwnerNode,
  controls: readonly Control[],
  principal: Principal,
  missing: () => Promise<Result<readonly NewRisk[], Problem>>,
): Promise<Result<readonly Risk[], Problem>> {
  return node.recorder.exclusive(async () => {
    const inputs = await missing()
    if (!inputs.ok) return inputs
    const opened: Risk[] = []
    for (const input of inputs.value) {
      const sourced = await sourceOf(node, controls, input)
      if (!sourced.ok) return sourced
      const risk = await openRisk(node, principal, input, sourced.value)
      if (!risk.ok) return risk
      opened.push(risk.value)
    }
    return ok(opened)
  })
}

async function newRisk(node: OwnerNode, principal: Principal, input: NewRisk, sourced: Sourced): Promise<Risk> {
  const now = node.clock()
  const [release] = await node.store.list('releases', { system: input.system, limit: 1 })
  const severity = input.severity ?? sourced.severity
  const who = personOf(principal)
  const source = input.kind === 'person' ? `person ${who}` : `${input.kind} ${input.ref ?? ''}`
  return untreatedRisk({
    id: `RSK-${(await node.store.count('risks')) + 1}`,
    system: input.system,
    source,
    kind: input.kind,
    ref: input.ref ?? '',
    title: input.title ?? sourced.title,
    tier: tierOfRelease(release?.document),
    severity,
    owner: input.owner ?? who,
    controls: [...new Set([...sourced.controls, ...(input.controls ?? [])])],
    rules: [...new Set([...sourced.rules, ...(input.rules ?? [])])],
    openedAt: now,
    dueAt: epochMs(now + TREATMENT_DAYS[severity] * DAY_MS),
    history: [{ at: now, who, what: `opened from ${source}`, state: 'open', level: severity }],
  })
}

async function sourceOf(
  node: OwnerNode,
  controls: readonly Control[],
  input: NewRisk,
): Promise<Result<Sourced, Problem>> {
  const ref = input.ref ?? ''
  const unknown = (what: string): Result<never, Problem> =>
    fail({
      code: 'risk/no-source',
      message: `\`${input.system}\` has no ${what} \`${ref}\``,
      next: 'name one with `--ref`, or add it as a risk of your own: `--from person --title …`',
    })
  switch (input.kind) {
    case 'person':
      return input.title === undefined
        ? fail({
            code: 'risk/no-title',
            message: 'a risk that somebody thought of needs a title',
            next: 'say it: `--title`',
          })
        : ok({ title: input.title, severity: 'medium', controls: [], rules: [] })
    case 'catalogue': {
      const control = controls.find(({ id }) => id === ref)
      return control === undefined
        ? unknown('control of the catalogue')
        : ok({ title: control.risk, severity: 'medium', controls: [control.id], rules: control.checks })
    }
    case 'threat': {
      const threat = (await threatsOf(node, input.system)).find(({ id }) => id === ref)
      if (threat === undefined) return unknown('threat')
      const rules = [...threat.evidencedBy, ...threat.unevidenced]
      return ok({ title: threat.title, severity: threat.severity, controls: controlsOf(controls, rules), rules })
    }
    case 'finding': {
      const finding = (await node.store.get('findings', ref))?.document as unknown as Finding | undefined
      if (finding === undefined || finding.system !== input.system) return unknown('finding')
      // A test of controls is no rule of a gate: its finding names the control itself.
      const isOfTest = finding.source === 'control-test'
      const rules = finding.verifyingRule === null || isOfTest ? [] : [finding.verifyingRule]
      const own = isOfTest ? finding.risks.filter((risk) => controls.some(({ id }) => id === risk)) : []
      const named = [...controlsOf(controls, rules), ...own]
      return ok({ title: finding.title, severity: finding.severity, controls: named, rules })
    }
    case 'incident': {
      const incident = (await node.store.get('incidents', ref))?.document as unknown as Incident | undefined
      if (incident === undefined || incident.system !== input.system) return unknown('incident')
      return ok({ title: incident.title, severity: LEVEL_OF_INCIDENT[incident.severity], controls: [], rules: [] })
    }
  }
}

const LEVEL_OF_INCIDENT: Readonly<Record<Incident['severity'], RiskLevel>> = {
  SEV1: 'critical',
  SEV2: 'high',
  SEV3: 'medium',
}

async function threatsOf(node: OwnerNode, system: string) {
  const [release] = await node.store.list('releases', { system, limit: 1 })
  return release === undefined ? [] : (await threatModelOfRelease(node, release)).threats
}

function controlsOf(controls: readonly Control[], rules: readonly string[]): readonly string[] {
  return controls.filter(({ checks }) => checks.some((check) => rules.includes(check))).map(({ id }) => id)
}

/** Opens a risk for every open threat, open finding and open incident of the system that has none yet. */
export async function deriveRisks(
  node: OwnerNode,
  controls: readonly Control[],
  principal: Principal,
  system: string,
): Promise<Result<readonly Risk[], Problem>> {
  return openRisks(node, controls, principal, async () => {
    const sources: { readonly kind: 'threat' | 'finding' | 'incident'; readonly ref: string }[] = [
      ...(await threatsOf(node, system))
        .filter(({ state }) => state === 'open')
        .map(({ id }) => ({ kind: 'threat' as const, ref: id })),
      ...(await openFindings(node, system)).map(({ id }) => ({ kind: 'finding' as const, ref: id })),
      ...(await listAll(node.store, 'incidents', { system }))
        .filter(({ status }) => status === 'open' || status === 'contained')
        .map(({ id }) => ({ kind: 'incident' as const, ref: id })),
    ]
    const known = new Set((await allRisks(node, system)).map(({ kind, ref }) => `${kind} ${ref}`))
    return ok(sources.filter(({ kind, ref }) => !known.has(`${kind} ${ref}`)).map((source) => ({ system, ...source })))
  })
}
