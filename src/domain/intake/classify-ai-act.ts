import { HIGH_STAKES } from '../manifest/compute-tier.ts'
import type { Intake } from '../manifest/manifest.ts'

/** An entry of the act as `catalog/frameworks/eu-ai-act.json` holds it. */
export interface ActEntry {
  readonly id: string
  readonly title: string
  /** A day, a day by class of high-risk system, or unknown. */
  readonly appliesFrom: string | { readonly annexIII: string; readonly annexI: string } | null
  readonly dateConfidence: string
  readonly note: string | undefined
}

export const ACT_CLASSES = ['out-of-scope', 'minimal', 'transparency', 'high-risk'] as const
export type ActClass = (typeof ACT_CLASSES)[number]

export interface ActDuty {
  readonly article: string
  readonly title: string
  readonly appliesFrom: string | null
  readonly dateConfidence: string
  /** On the day that was asked for; null where the date is not known. */
  readonly isInForce: boolean | null
  readonly note: string | null
}

export interface ActClassification {
  readonly role: string
  readonly class: ActClass
  readonly reasons: readonly string[]
  readonly duties: readonly ActDuty[]
}

/** Questions that the manifest's intake does not hold. */
export interface ActAnswers {
  /** Images, sound, video or text for the public. */
  readonly generatesContent?: boolean | undefined
  /** A safety component of a product under the legislation of Annex I. */
  readonly isSafetyComponent?: boolean | undefined
  /** Counsel has documented that Art. 6(3) takes the system out of Annex III. */
  readonly hasDerogation?: boolean | undefined
  readonly providesGeneralPurposeModel?: boolean | undefined
}

/** Areas of Annex III by the intake's word for them. */
const ANNEX_III: Readonly<Record<string, string>> = {
  biometrics: 'III.1',
  'critical-infrastructure': 'III.2',
  education: 'III.3',
  employment: 'III.4',
  credit: 'III.5(b)',
  insurance: 'III.5(c)',
  'law-enforcement': 'III.6',
  migration: 'III.7',
  justice: 'III.8',
}

/** Further words from which nothing follows, and which are meant. */
const ORDINARY = ['general']
const KNOWN_DOMAINS: readonly string[] = [...ORDINARY, ...HIGH_STAKES].toSorted()

const ALWAYS = ['Art. 4', 'Art. 5']
const HIGH_RISK_PROVIDER = [
  'Art. 9',
  'Art. 10',
  'Art. 11',
  'Art. 12',
  'Art. 13',
  'Art. 14',
  'Art. 15',
  'Art. 16',
  'Art. 17',
  'Art. 18',
  'Art. 19',
  'Art. 20',
  'Art. 43',
  'Art. 47',
  'Art. 49',
  'Art. 72',
  'Art. 73',
]
const HIGH_RISK_DEPLOYER = ['Art. 26', 'Art. 27', 'Art. 73', 'Art. 86']
const HIGH_RISK_CHAIN = ['Art. 25']

/**
 * Role, class and duties under the EU AI Act, from answers alone. An aid to counsel: what the answers cannot know (Art. 6(3),
 * the practices of Art. 5) is said in the reasons and left to people.
 */
export function classifyAiAct(
  intake: Intake,
  answers: ActAnswers,
  { entries, asOf }: { readonly entries: readonly ActEntry[]; readonly asOf: string },
): ActClassification {
  const role = intake.aiActRole ?? 'not declared'
  // Unknown regions are treated as the union: a duty that is overlooked costs more than one that is read in vain.
  const isInScope = intake.regions === undefined || intake.regions.some((region) => /^eu\b/.test(region))
  // A word that nothing is written for may be a slip of the pen, and makes a system look harmless.
  const unknown = KNOWN_DOMAINS.includes(intake.domain)
    ? []
    : [
        `nothing is known of its domain \`${intake.domain}\`, so nothing follows from it here and in its tier; if one of these is meant, write that: ${KNOWN_DOMAINS.join(', ')}`,
      ]
  if (!isInScope)
    return {
      role,
      class: 'out-of-scope',
      reasons: ['no declared region lies in the European Union', ...unknown],
      duties: [],
    }
  const { kind, reasons } = classOf(intake, answers)
  const articles = new Set([
    ...ALWAYS,
    ...(kind === 'high-risk' ? highRiskArticles(role) : []),
    ...(isTransparent(intake, answers) ? ['Art. 50'] : []),
    ...(answers.providesGeneralPurposeModel === true ? ['Art. 53', 'Art. 55'] : []),
  ])
  const duties = entries
    .filter(({ id }) => articles.has(id))
    .map((entry) => dutyOf(entry, answers.isSafetyComponent === true, asOf))
  if (intake.aiActRole === undefined)
    reasons.push('the role is not declared: duties of providers and deployers are both listed')
  reasons.push(...unknown)
  if (intake.regions === undefined) reasons.push('no region is declared: use in the European Union is assumed')
  return { role, class: kind, reasons, duties }
}

function classOf(intake: Intake, answers: ActAnswers): { readonly kind: ActClass; readonly reasons: string[] } {
  const area = ANNEX_III[intake.domain]
  if (answers.isSafetyComponent === true)
    return { kind: 'high-risk', reasons: ['it is a safety component of a product (Art. 6(1), Annex I)'] }
  if (area !== undefined && answers.hasDerogation !== true)
    return {
      kind: 'high-risk',
      reasons: [`its domain \`${intake.domain}\` lies in an area of Annex III (${area}); counsel decides on Art. 6(3)`],
    }
  const reasons =
    area === undefined ? [] : [`Annex III (${area}) does not apply by the documented assessment under Art. 6(3), 6(4)`]
  if (intake.domain === 'health')
    reasons.push(
      'in health, triage of emergency calls would be high-risk (Annex III.5(d)), and medical devices (Annex I)',
    )
  if (isTransparent(intake, answers))
    return { kind: 'transparency', reasons: [...reasons, 'people deal with it, or it generates content (Art. 50)'] }
  return { kind: 'minimal', reasons: [...reasons, 'no area of Annex III, and nobody outside deals with it'] }
}

function isTransparent({ audience }: Intake, { generatesContent }: ActAnswers): boolean {
  return audience === 'customers' || audience === 'partners' || generatesContent === true
}

function highRiskArticles(role: string): readonly string[] {
  if (role === 'provider') return [...HIGH_RISK_PROVIDER, ...HIGH_RISK_CHAIN]
  if (role === 'deployer') return [...HIGH_RISK_DEPLOYER, ...HIGH_RISK_CHAIN]
  if (role === 'importer' || role === 'distributor') return HIGH_RISK_CHAIN
  return [...HIGH_RISK_PROVIDER, ...HIGH_RISK_DEPLOYER, ...HIGH_RISK_CHAIN]
}

function dutyOf(entry: ActEntry, isAnnexI: boolean, asOf: string): ActDuty {
  const { appliesFrom } = entry
  const day =
    appliesFrom === null || typeof appliesFrom === 'string'
      ? appliesFrom
      : isAnnexI
        ? appliesFrom.annexI
        : appliesFrom.annexIII
  return {
    article: entry.id,
    title: entry.title,
    appliesFrom: day,
    dateConfidence: entry.dateConfidence,
    // Days as text compare as days.
    isInForce: day === null ? null : day <= asOf,
    note: entry.note ?? null,
  }
}
