import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RemovedControl } from '../controls/control-test.ts'
import { mutatePack, type EquivalentMutant, type MutationPorts } from '../policy/mutate-pack.ts'
import type { PolicyRule } from '../policy/policy-pack.ts'
import { judgeRules, type RuleInputs } from './decide-release.ts'
import type { CheckEvidence, CheckOutcome } from './evidence.ts'
import { weakenManifest } from './weaken-manifest.ts'

export interface TestControlsInputs extends Omit<RuleInputs, 'evidence' | 'expectedKeys' | 'rego'> {
  /** What Rego says of each document; the first is the one that the others vary. */
  readonly askRego: (each: readonly RuleInputs[]) => Promise<readonly (RuleInputs['rego'] | undefined)[]>
  readonly mutantsOf: MutationPorts['mutantsOf']
  readonly equivalents: readonly EquivalentMutant[]
  /** What the built-in check `metadata` says to a manifest: it reads declarations, so it can be asked again. */
  readonly isMetadataComplete: (manifest: JsonObject) => boolean
}

export interface ControlsTest {
  /** Rules that do not pass even with every check passed: nothing can be learned from them. */
  readonly alreadyFailing: readonly string[]
  readonly removed: readonly RemovedControl[]
}

const DIGEST = `sha256:${'0'.repeat(64)}` as Digest

/**
 * Takes each control away in turn and looks whether the gate notices: safeguards out of the manifest, outcomes of checks,
 * and the rules themselves. Checks are assumed to have passed: their own cases are not run again.
 */
export async function testControls(inputs: TestControlsInputs): Promise<ControlsTest> {
  const weakened = weakenManifest(inputs.manifest)
  const blinded = inputs.packs
    .flatMap(({ rules }) => rules)
    .filter(({ check }) => check !== undefined)
    .flatMap((rule) => BLINDED.map((as) => ({ rule, as })))
  const [baseline, ...changed] = await outcomesOf(inputs, [
    documentOf(inputs, inputs.manifest),
    ...weakened.map(({ manifest }) => documentOf(inputs, manifest)),
    ...blinded.map(({ rule, as }) => documentOf(inputs, inputs.manifest, { rule: rule.id, as })),
  ])
  const before: Outcomes = baseline ?? new Map<string, string>()
  const without = changed.slice(0, weakened.length)
  const unseen = changed.slice(weakened.length)
  return {
    alreadyFailing: [...before].filter(([, outcome]) => outcome !== 'passed').map(([rule]) => rule),
    removed: [
      ...weakened.map(({ control, what }, index) =>
        removal('declaration', control, what, noticedBy(before, without[index])),
      ),
      ...blinded.flatMap((entry, index) => withoutEvidence(before, entry, unseen[index])),
      ...withoutRules(inputs),
    ],
  }
}

type Outcomes = ReadonlyMap<string, string>
/** What is found instead of a passed check. */
const BLINDED = ['failed', 'inconclusive', 'errored', 'missing', 'stale'] as const
interface Blinded {
  readonly rule: PolicyRule
  readonly as: (typeof BLINDED)[number]
}

function documentOf(
  inputs: TestControlsInputs,
  manifest: JsonObject,
  blinded?: { readonly rule: string; readonly as: (typeof BLINDED)[number] },
): RuleInputs {
  const evidence = new Map<string, CheckEvidence>()
  const expectedKeys = new Map<string, Digest>()
  for (const rule of inputs.packs.flatMap(({ rules }) => rules)) {
    if (rule.check === undefined) continue
    expectedKeys.set(rule.id, DIGEST)
    const as = blinded?.rule === rule.id ? blinded.as : undefined
    if (as === 'missing') continue
    const isMetadata = rule.check.kind === 'builtin' && rule.check.name === 'metadata'
    const found: CheckOutcome = isMetadata && !inputs.isMetadataComplete(manifest) ? 'failed' : 'passed'
    evidence.set(rule.id, evidenceOf(rule.id, as === undefined || as === 'stale' ? found : as, inputs.now, as))
  }
  const { engine, packs, tier, environment, facts, now } = inputs
  return { engine, packs, tier, environment, facts, now, manifest, evidence, expectedKeys }
}

async function outcomesOf(inputs: TestControlsInputs, each: readonly RuleInputs[]): Promise<readonly Outcomes[]> {
  const rego = await inputs.askRego(each)
  return each.map((document, index) => {
    const { results } = judgeRules({ ...document, rego: rego[index] })
    return new Map(results.map(({ rule, outcome }) => [rule.id, outcome]))
  })
}

// oxlint-disable-next-line max-params -- which check, what it found, when, and whether its key still fits
function evidenceOf(
  checkId: string,
  outcome: CheckOutcome,
  now: RuleInputs['now'],
  as: (typeof BLINDED)[number] | undefined,
): CheckEvidence {
  return {
    checkId,
    checkVersion: 0,
    releaseDigest: DIGEST,
    key: as === 'stale' ? (`sha256:${'1'.repeat(64)}` as Digest) : DIGEST,
    outcome,
    summary: 'assumed',
    measure: null,
    failures: [],
    failuresOmitted: 0,
    isSimulated: true,
    startedAt: now,
    finishedAt: now,
    suiteDigests: [],
  }
}

/** The first rule that passed before and does not pass now. A rule that no longer applies has not noticed. */
function noticedBy(before: Outcomes, after: Outcomes | undefined): string | undefined {
  for (const [rule, outcome] of before)
    if (outcome === 'passed' && after?.has(rule) === true && after.get(rule) !== 'passed') return rule
  return undefined
}

function withoutEvidence(
  before: Outcomes,
  { rule, as }: Blinded,
  after: Outcomes | undefined,
): readonly RemovedControl[] {
  if (before.get(rule.id) !== 'passed') return []
  const by = after?.get(rule.id) === 'passed' ? undefined : rule.id
  return rule.controls.map((control) => removal('evidence', control, `the check of ${rule.id} is ${as}`, by))
}

function withoutRules({ packs, engine, mutantsOf, equivalents }: TestControlsInputs): readonly RemovedControl[] {
  return packs.flatMap((pack) =>
    mutatePack({ engine, mutantsOf }, pack, equivalents)
      .filter(({ status }) => status !== 'equivalent')
      .flatMap(({ rule, controls, field, operator, mutant, status, by }) =>
        controls.map((control) => ({
          kind: 'rule' as const,
          control,
          what: `${rule} ${field} ${operator}: ${mutant}`,
          status: status === 'killed' ? ('killed' as const) : ('survived' as const),
          by,
        })),
      ),
  )
}

// oxlint-disable-next-line max-params -- the four are the columns of the report
function removal(kind: RemovedControl['kind'], control: string, what: string, by: string | undefined): RemovedControl {
  return { kind, control, what, status: by === undefined ? 'survived' : 'killed', by: by ?? '' }
}
