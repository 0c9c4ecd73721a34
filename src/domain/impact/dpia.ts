import type { Commitment } from '../commitment/commitment.ts'
import type { ControlAssessment, ControlStatus } from '../controls/assess-control.ts'
import type { ActClassification } from '../intake/classify-ai-act.ts'
import type { Manifest, Tier } from '../manifest/manifest.ts'
import { isOpenRisk, type Risk } from '../risk/risk.ts'
import type { DataFlow } from '../threatmodel/data-flow.ts'
import type { Threat } from '../threatmodel/threat.ts'
import type { VendorUse } from '../vendor/vendor-assessment.ts'

export interface DpiaInputs {
  readonly manifest: Manifest
  readonly releaseDigest: string
  readonly tier: Tier
  readonly asOf: string
  readonly aiAct: ActClassification
  readonly dataFlow: DataFlow
  readonly threats: readonly Threat[]
  readonly isThreatModelReviewed: boolean
  readonly risks: readonly Risk[]
  readonly controls: readonly ControlAssessment[]
  readonly vendors: readonly VendorUse[]
  readonly commitments: readonly Commitment[]
}

/** Something that no record of a system can know; `answer` is for a person to write. */
export interface DpiaQuestion {
  readonly id: string
  readonly article: string
  readonly question: string
  readonly answer: null
}

export interface Dpia {
  readonly schemaVersion: 1
  readonly system: string
  readonly version: string
  readonly releaseDigest: string
  readonly asOf: string
  readonly tier: Tier
  readonly screening: { readonly isIndicated: boolean; readonly reasons: readonly string[] }
  readonly processing: {
    readonly purpose: string
    readonly audience: string
    readonly domain: string
    readonly autonomy: string
    readonly dataClasses: readonly string[]
    readonly regions: readonly string[]
    readonly capture: string
    readonly retentionDays: number | null
    readonly residency: readonly string[]
    readonly subjectErasure: boolean
    readonly recipients: readonly {
      readonly vendor: string
      readonly models: readonly string[]
      readonly state: string
    }[]
    readonly flowsAcrossBoundaries: readonly string[]
  }
  readonly risks: readonly {
    readonly id: string
    readonly what: string
    readonly level: string
    readonly state: string
    readonly owner: string
  }[]
  readonly measures: readonly { readonly control: string; readonly title: string; readonly status: ControlStatus }[]
  readonly promises: readonly {
    readonly id: string
    readonly customer: string
    readonly text: string
    readonly state: string
  }[]
  readonly aiAct: { readonly class: string; readonly role: string }
  /** What is not there and could be. */
  readonly gaps: readonly string[]
  /** What only people can say. */
  readonly forPeople: readonly DpiaQuestion[]
}

const PERSONAL: readonly string[] = ['pii', 'special-category']

/** GDPR Art. 35 from what the state knows. It decides nothing: whether the processing may go on is for people. */
export function composeDpia(inputs: DpiaInputs): Dpia {
  const { manifest, releaseDigest, tier, asOf, aiAct } = inputs
  const { intake, data, metadata } = manifest
  return {
    schemaVersion: 1,
    system: metadata.name,
    version: metadata.version,
    releaseDigest,
    asOf,
    tier,
    screening: screeningOf(inputs),
    processing: {
      purpose: intake.purpose,
      audience: intake.audience,
      domain: intake.domain,
      autonomy: intake.autonomy,
      dataClasses: intake.dataClasses,
      regions: intake.regions ?? [],
      capture: data?.capture ?? 'not declared',
      retentionDays: data?.retentionDays ?? null,
      residency: data?.residency ?? [],
      subjectErasure: data?.subjectErasure === true,
      recipients: inputs.vendors.map(({ vendor, models, state }) => ({ vendor, models, state })),
      flowsAcrossBoundaries: inputs.dataFlow.flows
        .filter(({ crossesBoundary }) => crossesBoundary)
        .map(({ from, to, label }) => `${from} → ${to}: ${label}`),
    },
    risks: [
      ...inputs.threats
        .filter(({ state }) => state !== 'mitigated')
        .map(({ id, title, severity, state }) => ({ id, what: title, level: severity, state, owner: '' })),
      ...inputs.risks
        .filter((risk) => isOpenRisk(risk) || risk.treatment === 'accepted')
        .map(({ id, title, severity, treatment, owner }) => ({
          id,
          what: title,
          level: severity,
          state: treatment,
          owner,
        })),
    ],
    measures: inputs.controls.map(({ control, status }) => ({ control: control.id, title: control.title, status })),
    promises: inputs.commitments.map(({ id, customer, text, state }) => ({ id, customer, text, state })),
    aiAct: { class: aiAct.class, role: aiAct.role },
    gaps: gapsOf(inputs),
    forPeople: QUESTIONS,
  }
}

function screeningOf({ manifest: { intake }, aiAct }: DpiaInputs): Dpia['screening'] {
  const personal = intake.dataClasses.filter((dataClass) => PERSONAL.includes(dataClass))
  const reasons: string[] = []
  if (personal.length === 0)
    return {
      isIndicated: false,
      reasons: ['no class of personal data is declared: a person confirms that none is processed'],
    }
  reasons.push(`it processes ${personal.join(', ')}`)
  if (personal.includes('special-category')) reasons.push('special categories of data (Art. 35(3)(b))')
  if (intake.autonomy !== 'answers')
    reasons.push(`autonomy \`${intake.autonomy}\`: automated evaluation (Art. 35(3)(a))`)
  if (aiAct.class === 'high-risk') reasons.push('high-risk under the EU AI Act')
  if (intake.audience === 'customers') reasons.push('customers deal with it: processing on a scale')
  return { isIndicated: reasons.length > 1, reasons }
}

function gapsOf({ manifest: { data, intake }, ...inputs }: DpiaInputs): readonly string[] {
  const gaps: string[] = []
  const add = (isMissing: boolean, what: string): void => {
    if (isMissing) gaps.push(what)
  }
  add(data?.capture === undefined, 'manifest `data.capture`: what is kept of requests')
  add(data?.retentionDays === undefined, 'manifest `data.retentionDays`: how long it is kept')
  add(data?.residency === undefined, 'manifest `data.residency`: where it lies')
  add(data?.subjectErasure !== true, 'manifest `data.subjectErasure`: erasure on request')
  add(intake.regions === undefined, 'manifest `intake.regions`: whose law applies')
  add(!inputs.isThreatModelReviewed, 'the threat model was not reviewed as it is now')
  for (const { vendor, state } of inputs.vendors)
    add(state !== 'approved', `vendor \`${vendor}\`: ${state} (\`gatehouse vendor list\`)`)
  for (const risk of inputs.risks) add(isOpenRisk(risk) && risk.rating === null, `risk ${risk.id} was not assessed`)
  for (const { control, status } of inputs.controls)
    add(
      status !== 'evidenced' && status !== 'not-applicable',
      `control ${control.id} is ${status.replaceAll('-', ' ')}`,
    )
  return gaps
}

const question = (id: string, article: string, text: string): DpiaQuestion => ({
  id,
  article,
  question: text,
  answer: null,
})

const QUESTIONS: readonly DpiaQuestion[] = [
  question('controller', 'Art. 4(7), 26', 'Who is controller, who processor, and are there joint controllers?'),
  question('basis', 'Art. 6, 9', 'On which legal basis is each class of data processed, special categories included?'),
  question('necessity', 'Art. 35(7)(b)', 'Why is the processing necessary, and what milder way was looked at?'),
  question('proportionality', 'Art. 35(7)(b)', 'Is it proportionate to its purpose, in amount, time and access?'),
  question(
    'rights',
    'Art. 12–22',
    'How are people told, and how do they get access, correction, erasure and objection?',
  ),
  question('automated', 'Art. 22', 'Does it decide on people alone, and how does a person step in?'),
  question(
    'severity',
    'Art. 35(7)(c)',
    'For each risk above: how likely and how severe is it for the people concerned, not for the organization?',
  ),
  question('transfers', 'Art. 44–49', 'Is data transferred to third countries, and under which safeguard?'),
  question('officer', 'Art. 35(2)', 'What does the data protection officer advise?'),
  question('subjects', 'Art. 35(9)', 'What do the people concerned, or those who speak for them, say?'),
  question('residual', 'Art. 35(7)(d), 36', 'Is what remains acceptable, or is the authority consulted first?'),
  question('decision', 'Art. 35(1)', 'Who decides that the processing may go on, and on which day?'),
  question('review', 'Art. 35(11)', 'When is this looked at again?'),
]
