/** As the manifest computes it. */
type Tier = 'T1' | 'T2' | 'T3'

/** What a system says to its users in its own name, whatever the model says. */
export const NOTICE_KINDS = ['disclosure', 'refusal', 'escalation', 'outage'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** The texts of one language; they change together, under one version. */
export interface NoticeTexts {
  readonly version: string
  /** That they are talking to an AI. */
  readonly disclosure?: string | undefined
  /** That a request or an answer was held back. */
  readonly refusal?: string | undefined
  /** How to reach a person. */
  readonly escalation?: string | undefined
  /** That nobody can answer at the moment. */
  readonly outage?: string | undefined
}

export const NOTICE_DELIVERIES = ['error', 'completion'] as const
export const DISCLOSURES = ['first-answer', 'every-answer', 'header'] as const

export interface Notices {
  /** Language of those whose own is not among them. */
  readonly default: string
  /** `error`: the text is the message of the error that clients raise (the default). `completion`: it is an answer. */
  readonly deliver?: (typeof NOTICE_DELIVERIES)[number] | undefined
  /** Where the disclosure stands; by tier unless it is said. */
  readonly disclose?: (typeof DISCLOSURES)[number] | undefined
  readonly languages: Readonly<Record<string, NoticeTexts>>
}

export interface Notice {
  readonly kind: NoticeKind
  readonly language: string
  readonly version: string
  readonly text: string
}

/** What each tier owes its users in every language: customers and those acted upon get all of it. */
export const NOTICES_OWED: Readonly<Record<Tier, readonly NoticeKind[]>> = {
  T1: ['disclosure', 'refusal', 'escalation', 'outage'],
  T2: ['disclosure', 'refusal', 'outage'],
  T3: [],
}

/** A refusal or an outage of these tiers comes with the way to a person. */
const HANDED_OVER: ReadonlySet<Tier> = new Set(['T1', 'T2'])

/** The text of a kind in a language; undefined where the system declares none. */
export function noticeOf(notices: Notices, kind: NoticeKind, language: string, tier: Tier): Notice | undefined {
  const texts = notices.languages[language] ?? notices.languages[notices.default]
  const own = texts?.[kind]
  if (texts === undefined || own === undefined) return undefined
  const hand = (kind === 'refusal' || kind === 'outage') && HANDED_OVER.has(tier) ? texts.escalation : undefined
  const text = hand === undefined ? own : `${own} ${hand}`
  const isOwn = notices.languages[language] !== undefined
  return { kind, language: isOwn ? language : notices.default, version: texts.version, text }
}

/** Where the disclosure stands unless the manifest says: in the words of the first answer where customers talk to it. */
export function disclosureOf({ disclose }: Notices, tier: Tier): (typeof DISCLOSURES)[number] {
  return disclose ?? (tier === 'T1' ? 'first-answer' : 'header')
}

export interface NoticeGap {
  readonly path: readonly string[]
  readonly why: string
}

/** What a tier owes its users and the manifest does not hold. */
export function noticeGaps(notices: Notices | undefined, tier: Tier): readonly NoticeGap[] {
  const owed = NOTICES_OWED[tier]
  if (owed.length === 0) return []
  if (notices === undefined) return [{ path: ['notices'], why: `a ${tier} system tells its users ${owed.join(', ')}` }]
  const gaps: NoticeGap[] = []
  if (notices.languages[notices.default] === undefined)
    gaps.push({ path: ['notices', 'default'], why: `language \`${notices.default}\` has no texts` })
  for (const [language, texts] of Object.entries(notices.languages))
    for (const kind of owed)
      if (texts[kind] === undefined)
        gaps.push({ path: ['notices', 'languages', language], why: `language \`${language}\` has no ${kind}` })
  return gaps
}
