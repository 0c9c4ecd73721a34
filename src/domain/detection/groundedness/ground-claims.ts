import { findCitations, type Citation } from './citations.ts'
import { splitSentences } from './sentences.ts'
import { termsOf, type Terms } from './terms.ts'

export interface Passage {
  readonly id: string
  readonly text: string
}

export type ClaimVerdict = 'supported' | 'unsupported' | 'contradicted-number' | 'uncited'

export interface Claim {
  /** Raw span of the sentence in the answer. */
  readonly start: number
  readonly end: number
  readonly verdict: ClaimVerdict
  /** 0 to 1: share of what the sentence says that the passages say; lexical, so a paraphrase scores low. */
  readonly score: number
  readonly citations: readonly string[]
  /** Cited ids that are no passage. */
  readonly unknownCitations: readonly string[]
  /** Numbers and names of the sentence that stand in none of the passages it rests on. */
  readonly missingNumbers: readonly string[]
  readonly missingNames: readonly string[]
  /** The passage's best matching part denies where the sentence affirms, or the other way round. */
  readonly negationDiffers: boolean
}

export interface GroundingOptions {
  /** Support below it is `unsupported`. */
  readonly supportMin?: number | undefined
  /** Every claim needs a citation; one without is `uncited`. */
  readonly requireCitations?: boolean | undefined
}

/** Low on purpose: see the error rates by threshold in docs/reference/guard.md (groundedness). */
export const SUPPORT_MIN = 0.3
const WINDOW_SENTENCES = 3
const PASSAGES_MAX = 200
const CLAIMS_MAX = 1_000
/** Sentences with fewer content words and no number say nothing to check: greetings, headings, transitions. */
const CLAIM_WORDS_MIN = 3

/**
 * Claims of an answer against the passages that it was given. A sentence that cites rests on the passages it cites, any other on
 * all. A detector, and a weak one: words agree where meaning does not, and a faithful paraphrase shares few words.
 */
export function groundClaims(
  answer: string,
  passages: readonly Passage[],
  { supportMin = SUPPORT_MIN, requireCitations = false }: GroundingOptions = {},
): readonly Claim[] {
  const sources = passages.slice(0, PASSAGES_MAX).map(sourceOf)
  const weights = weightsOf(sources)
  const known = new Set(passages.map(({ id }) => id))
  const claims: Claim[] = []
  for (const { start, end } of splitSentences(answer)) {
    const sentence = answer.slice(start, end)
    const citations = findCitations(sentence, known)
    const terms = termsOf(without(sentence, citations))
    if (terms.words.length < CLAIM_WORDS_MIN && terms.numbers.length === 0 && citations.length === 0) continue
    if (claims.length === CLAIMS_MAX) break
    const cited = [...new Set(citations.map(({ id }) => id))]
    const resting = cited.length === 0 ? sources : sources.filter(({ id }) => cited.includes(id))
    const support = supportOf(terms, resting, weights)
    const unknownCitations = cited.filter((id) => !known.has(id))
    const verdict = verdictOf(support, {
      isCited: cited.length > 0,
      hasUnknown: unknownCitations.length > 0,
      supportMin,
      requireCitations,
    })
    claims.push({ start, end, citations: cited, unknownCitations, verdict, ...support })
  }
  return claims
}

type Support = Pick<Claim, 'score' | 'missingNumbers' | 'missingNames' | 'negationDiffers'>

function verdictOf(
  { score, missingNumbers, missingNames, negationDiffers }: Support,
  about: {
    readonly isCited: boolean
    readonly hasUnknown: boolean
    readonly supportMin: number
    readonly requireCitations: boolean
  },
): ClaimVerdict {
  if (about.requireCitations && !about.isCited) return 'uncited'
  if (about.hasUnknown || score < about.supportMin) return 'unsupported'
  if (missingNumbers.length > 0) return 'contradicted-number'
  return negationDiffers && missingNames.length > 0 ? 'unsupported' : 'supported'
}

interface Source {
  readonly id: string
  readonly sentences: readonly (Terms & { readonly stems: ReadonlySet<string> })[]
  readonly stems: ReadonlySet<string>
  readonly numbers: ReadonlySet<string>
  /** Lower case, to look names up in. */
  readonly text: string
}

function sourceOf({ id, text }: Passage): Source {
  const sentences = splitSentences(text).map(({ start, end }) => {
    const terms = termsOf(text.slice(start, end))
    return { ...terms, stems: new Set(terms.words) }
  })
  return {
    id,
    sentences,
    stems: new Set(sentences.flatMap(({ words }) => words)),
    numbers: new Set(sentences.flatMap(({ numbers }) => numbers)),
    text: text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, ''),
  }
}

/** Inverse document frequency over the passages' sentences: what every sentence says supports little. */
function weightsOf(sources: readonly Source[]): (stem: string) => number {
  const frequency = new Map<string, number>()
  let count = 0
  for (const { sentences } of sources)
    for (const { stems } of sentences) {
      count += 1
      for (const stem of stems) frequency.set(stem, (frequency.get(stem) ?? 0) + 1)
    }
  return (stem) => Math.log(1 + (count + 1) / ((frequency.get(stem) ?? 0) + 1))
}

function supportOf(claim: Terms, sources: readonly Source[], weight: (stem: string) => number): Support {
  const stems = [...new Set(claim.words)]
  const total = stems.reduce((sum, stem) => sum + weight(stem), 0)
  const share = (has: (stem: string) => boolean): number =>
    total === 0 ? 1 : stems.reduce((sum, stem) => sum + (has(stem) ? weight(stem) : 0), 0) / total
  let best = 0
  let bestNegated = claim.isNegated
  for (const { sentences } of sources)
    for (let from = 0; from < sentences.length; from++) {
      const window = sentences.slice(from, from + WINDOW_SENTENCES)
      const near = share((stem) => window.some(({ stems: inside }) => inside.has(stem)))
      if (near <= best) continue
      best = near
      bestNegated = window.some(({ isNegated }) => isNegated)
    }
  const anywhere = share((stem) => sources.some(({ stems: inside }) => inside.has(stem)))
  const missingNumbers = [...new Set(claim.numbers)].filter(
    (number) => !sources.some(({ numbers }) => numbers.has(number)),
  )
  const missingNames = [...new Set(claim.names)].filter((name) => !sources.some(({ text }) => text.includes(name)))
  const words = sources.length === 0 ? 0 : (anywhere + best) / 2
  const penalty = Math.min(0.3, 0.1 * missingNumbers.length + 0.05 * missingNames.length)
  return {
    score: Math.round(1_000 * Math.max(0, words - penalty)) / 1_000,
    missingNumbers,
    missingNames,
    negationDiffers: best > 0 && bestNegated !== claim.isNegated,
  }
}

function without(sentence: string, citations: readonly Citation[]): string {
  let text = sentence
  for (const { start, end } of citations) text = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
  return text
}
