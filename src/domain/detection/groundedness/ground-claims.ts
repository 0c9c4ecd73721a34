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
/** Sentences of passages beyond it support nothing, claims beyond the other bound are not judged. */
const CORPUS_SENTENCES_MAX = 5_000
const CLAIMS_MAX = 500
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
  const corpus = corpusOf(passages.slice(0, PASSAGES_MAX))
  const known = new Set(passages.map(({ id }) => id))
  const claims: Claim[] = []
  for (const { start, end } of splitSentences(answer)) {
    const sentence = answer.slice(start, end)
    const citations = findCitations(sentence, known)
    const terms = termsOf(without(sentence, citations))
    if (terms.words.length < CLAIM_WORDS_MIN && terms.numbers.length === 0 && citations.length === 0) continue
    if (claims.length === CLAIMS_MAX) break
    const cited = [...new Set(citations.map(({ id }) => id))]
    const support = supportOf(terms, corpus, ({ id }) => cited.length === 0 || cited.includes(id))
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
  readonly numbers: ReadonlySet<string>
  /** Lower case, to look names up in. */
  readonly text: string
}

interface Corpus {
  readonly sources: readonly Source[]
  /** Of each sentence of all passages: the number of its passage, and whether it denies. */
  readonly owners: readonly number[]
  readonly negated: readonly boolean[]
  /** Stem to the numbers of the sentences that have it, rising. */
  readonly postings: ReadonlyMap<string, readonly number[]>
}

function corpusOf(passages: readonly Passage[]): Corpus {
  const owners: number[] = []
  const negated: boolean[] = []
  const postings = new Map<string, number[]>()
  const sources = passages.map(({ id, text }, owner) => {
    const numbers = new Set<string>()
    for (const { start, end } of splitSentences(text)) {
      if (owners.length === CORPUS_SENTENCES_MAX) break
      const terms = termsOf(text.slice(start, end))
      for (const number of terms.numbers) numbers.add(number)
      for (const stem of new Set(terms.words)) {
        const list = postings.get(stem)
        if (list === undefined) postings.set(stem, [owners.length])
        else list.push(owners.length)
      }
      owners.push(owner)
      negated.push(terms.isNegated)
    }
    return { id, numbers, text: text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '') }
  })
  return { sources, owners, negated, postings }
}

/** What a claim's words find in the passages that it may rest on. */
function supportOf(claim: Terms, corpus: Corpus, mayRest: (source: Source) => boolean): Support {
  const sources = corpus.sources.filter(mayRest)
  const { share, best, isNegated } = wordSupport(claim, corpus, mayRest)
  const missingNumbers = [...new Set(claim.numbers)].filter(
    (number) => !sources.some(({ numbers }) => numbers.has(number)),
  )
  const missingNames = [...new Set(claim.names)].filter((name) => !sources.some(({ text }) => text.includes(name)))
  const words = sources.length === 0 ? 0 : (share + best) / 2
  const penalty = Math.min(0.3, 0.1 * missingNumbers.length + 0.05 * missingNames.length)
  return {
    score: Math.round(1_000 * Math.max(0, words - penalty)) / 1_000,
    missingNumbers,
    missingNames,
    negationDiffers: best > 0 && isNegated !== claim.isNegated,
  }
}

/** Weighted share of the claim's words that stand anywhere, and in the best few sentences on end. */
function wordSupport(
  claim: Terms,
  { sources, owners, negated, postings }: Corpus,
  mayRest: (source: Source) => boolean,
): { readonly share: number; readonly best: number; readonly isNegated: boolean } {
  const allowed = sources.map(mayRest)
  const windows = new Float64Array(owners.length)
  let total = 0
  let found = 0
  for (const stem of new Set(claim.words)) {
    const list = postings.get(stem) ?? []
    // Inverse document frequency over the passages' sentences: what every sentence says supports little.
    const weight = Math.log(1 + (owners.length + 1) / (list.length + 1))
    total += weight
    const inside = list.filter((sentence) => allowed[owners[sentence] ?? -1] === true)
    if (inside.length > 0) found += weight
    let next = 0
    for (const sentence of inside) {
      for (let from = Math.max(next, sentence - WINDOW_SENTENCES + 1); from <= sentence; from++)
        if (owners[from] === owners[sentence]) windows[from] = (windows[from] ?? 0) + weight
      next = sentence + 1
    }
  }
  if (total === 0) return { share: 1, best: 1, isNegated: claim.isNegated }
  const best = windows.reduce((most, weight) => Math.max(most, weight), 0)
  const at = windows.indexOf(best)
  const isNegated = negated
    .slice(at, at + WINDOW_SENTENCES)
    .some((denies, offset) => denies && owners[at + offset] === owners[at])
  return { share: found / total, best: best / total, isNegated: best > 0 ? isNegated : claim.isNegated }
}

function without(sentence: string, citations: readonly Citation[]): string {
  let text = sentence
  for (const { start, end } of citations) text = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
  return text
}
