import { rightOf, type DecisionRights } from '../approval/decision-rights.ts'
import type { Control } from '../controls/control.ts'
import { computeTier, type TierDecision } from '../manifest/compute-tier.ts'
import type { Effect, Intake, Manifest } from '../manifest/manifest.ts'
import { classifyAiAct, type ActAnswers, type ActClassification, type ActEntry } from './classify-ai-act.ts'

/** What somebody answers before there is a manifest. */
export interface IntakeAnswers extends ActAnswers {
  readonly intake: Intake
  /** Effects of the tools that it will have. */
  readonly actions?: readonly Effect[] | undefined
  readonly retrievesDocuments?: boolean | undefined
  readonly isFineTuned?: boolean | undefined
  /** False: the organization runs the model itself. */
  readonly usesVendorModel?: boolean | undefined
  /** Frameworks that the organization has to answer to. */
  readonly frameworks?: readonly string[] | undefined
}

export interface IntakeReview {
  readonly role: string
  readonly why: string
}

export interface IntakeAssessment extends TierDecision {
  readonly aiAct: ActClassification
  readonly packs: readonly { readonly pack: string; readonly why: string }[]
  readonly controls: readonly { readonly id: string; readonly title: string; readonly owner: string }[]
  readonly reviews: readonly IntakeReview[]
  readonly approvals: { readonly people: number; readonly roles: readonly string[]; readonly distinctRoles: boolean }
}

export interface IntakeContext {
  readonly controls: readonly Control[]
  /** Rule ids of each pack. */
  readonly rulesOf: ReadonlyMap<string, readonly string[]>
  readonly rights: DecisionRights
  readonly act: readonly ActEntry[]
  readonly asOf: string
}

/** Tier, class under the EU AI Act, and what follows: packs, controls, reviews, approvals. */
export function assessIntake(answers: IntakeAnswers, context: IntakeContext): IntakeAssessment {
  const decision = computeTier(manifestOf(answers))
  const aiAct = classifyAiAct(answers.intake, answers, { entries: context.act, asOf: context.asOf })
  const packs = packsFor(answers, aiAct)
  const bound = new Set(packs.flatMap(({ pack }) => context.rulesOf.get(pack) ?? []))
  const { people, roles, distinctRoles } = rightOf(context.rights, 'release', decision.tier)
  return {
    ...decision,
    aiAct,
    packs,
    controls: context.controls
      .filter(({ tiers, checks, attestations, records }) => {
        // A control whose every check belongs to a pack that is not asked for is not asked for either.
        const isAsked = checks.some((check) => bound.has(check)) || attestations.length + records.length > 0
        return tiers.includes(decision.tier) && isAsked
      })
      .map(({ id, title, owner }) => ({ id, title, owner })),
    reviews: reviewsFor(answers, decision, aiAct),
    approvals: { people, roles, distinctRoles },
  }
}

/** A manifest answers most of the questionnaire. */
export function answersOfManifest({ intake, components }: Manifest): IntakeAnswers {
  return {
    intake,
    actions: [...new Set((components.tools ?? []).map(({ effect }) => effect))],
    retrievesDocuments: (components.retrievers ?? []).length > 0,
    usesVendorModel: components.models.some(({ provider, vendor }) => vendor !== undefined || provider !== 'self'),
  }
}

/** As much of a manifest as the tier is computed from. */
function manifestOf({ intake, actions = [] }: IntakeAnswers): Manifest {
  return {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'AISystem',
    metadata: { name: 'intake', version: '0.0.0', owner: 'intake' },
    intake,
    components: {
      models: [],
      tools: actions.map((effect) => ({ id: `planned-${effect}`, schema: 'planned.json', effect })),
    },
    environments: {},
  }
}

const isPersonal = ({ dataClasses }: Intake): boolean =>
  dataClasses.some((dataClass) => dataClass === 'pii' || dataClass === 'special-category')

function packsFor(answers: IntakeAnswers, aiAct: ActClassification): IntakeAssessment['packs'] {
  const { intake, actions = [], frameworks = [] } = answers
  const packs: { pack: string; why: string }[] = [{ pack: 'baseline', why: 'every system' }]
  const add = (isAsked: boolean, pack: string, why: string): void => {
    if (isAsked) packs.push({ pack, why })
  }
  add(actions.length > 0, 'baseline-runtime', 'it calls tools')
  add(actions.length > 0, 'agent', 'it calls tools')
  add(answers.retrievesDocuments === true, 'rag', 'it retrieves documents')
  add(answers.isFineTuned === true, 'fine-tuned', 'its model is trained on data of your own')
  add(answers.usesVendorModel !== false, 'vendor-model', 'its model is served by a vendor')
  add(aiAct.class !== 'out-of-scope', 'eu-ai-act', 'it is used in the European Union')
  add(aiAct.class !== 'out-of-scope' && isPersonal(intake), 'gdpr', 'it handles personal data in the European Union')
  const isUnitedStates = intake.regions?.some((region) => /^us\b/.test(region)) === true
  add(intake.domain === 'health' && isUnitedStates, 'hipaa', 'it handles health data in the United States')
  add(frameworks.includes('nist-ai-rmf'), 'nist-ai-rmf', 'the organization works by it')
  add(frameworks.includes('soc2-tsc'), 'soc2', 'the organization is examined by it')
  return packs
}

function reviewsFor(
  { intake, usesVendorModel }: IntakeAnswers,
  { tier }: TierDecision,
  aiAct: ActClassification,
): readonly IntakeReview[] {
  const reviews: IntakeReview[] = []
  const add = (isAsked: boolean, role: string, why: string): void => {
    if (isAsked) reviews.push({ role, why })
  }
  add(tier !== 'T3', 'security', 'threat model and red-team suite')
  add(isPersonal(intake), 'privacy', tier === 'T1' ? 'data protection impact assessment' : 'use of personal data')
  add(aiAct.class === 'high-risk', 'legal', 'classification, conformity and registration under the EU AI Act')
  add(aiAct.class === 'transparency', 'legal', 'notices under Art. 50 of the EU AI Act')
  add(usesVendorModel !== false && tier !== 'T3', 'legal', 'terms of the model vendor')
  add(tier === 'T1', 'product', 'impact on people, instructions, way to a person')
  return reviews
}
