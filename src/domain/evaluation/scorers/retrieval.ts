import { groundClaims, type Passage } from '../../detection/groundedness/ground-claims.ts'
import type { Expectation, RETRIEVAL_METRICS } from '../expectation.ts'
import type { Observation } from '../suite.ts'
import { atLeast, HOLDS, miss, noVerdict, type Verdict } from './verdict.ts'

type Of<Name extends Expectation['scorer']> = Extract<Expectation, { readonly scorer: Name }>

export function scoreRetrieval(expectation: Of<'retrieval'>, { passages }: Observation): Verdict {
  if (passages === undefined) return noVerdict('the target does not report what it retrieved')
  const { metric, relevant, k, atLeast: least } = expectation
  const ranked = passages.map(({ id }) => id)
  return atLeast(retrievalScore(metric, ranked, relevant, k), least, `${metric}@${k}`)
}

/**
 * Ranking measures with binary relevance (C. D. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval,
 * Cambridge 2008, chapter 8). An id that is ranked twice counts once, at its better rank.
 */
// oxlint-disable-next-line max-params -- measure, ranking, relevant ids and cut-off are how the literature writes it
export function retrievalScore(
  metric: (typeof RETRIEVAL_METRICS)[number],
  ranked: readonly string[],
  relevant: readonly string[],
  k: number,
): number {
  const top = [...new Set(ranked)].slice(0, k)
  const wanted = new Set(relevant)
  const hits = top.map((id) => wanted.has(id))
  const found = hits.filter(Boolean).length
  switch (metric) {
    case 'recall':
      return wanted.size === 0 ? 1 : found / wanted.size
    case 'precision':
      return top.length === 0 ? 0 : found / top.length
    case 'mrr': {
      const first = hits.indexOf(true)
      return first < 0 ? 0 : 1 / (first + 1)
    }
    case 'ndcg': {
      const gain = (flags: readonly boolean[]): number =>
        flags.reduce((sum, isHit, rank) => sum + (isHit ? 1 / Math.log2(rank + 2) : 0), 0)
      const ideal = gain(Array.from({ length: Math.min(k, wanted.size) }, () => true))
      return ideal === 0 ? 1 : gain(hits) / ideal
    }
  }
}

/** Every citation names a passage that was retrieved. */
export function scoreCitationsExist({ reply, citations, passages, records }: Observation): Verdict {
  const known = new Set([...(passages ?? []), ...records].map(({ id }) => id))
  if (passages === undefined && records.length === 0 && citations.length > 0)
    return noVerdict('the target does not report what it retrieved')
  const reported = citations.find((id) => !known.has(id))
  if (reported !== undefined) return miss(`\`${reported}\` is cited and was not retrieved`)
  const inText = groundClaims(reply, passages ?? []).flatMap(({ unknownCitations }) => unknownCitations)
  const unknown = inText.find((id) => !known.has(id))
  return unknown === undefined ? HOLDS : miss(`\`${unknown}\` is cited and was not retrieved`)
}

/** Every sentence that cites is supported by the passages it cites. A lexical detector: a paraphrase may fail it. */
export function scoreCitationsSupport({ reply, passages }: Observation): Verdict {
  if (passages === undefined) return noVerdict('the target does not report what it retrieved')
  const citing = groundClaims(reply, passages).filter(({ citations }) => citations.length > 0)
  const weak = citing.find(({ verdict }) => verdict !== 'supported')
  return weak === undefined ? HOLDS : miss(`\`${reply.slice(weak.start, weak.end).slice(0, 120)}\` is ${weak.verdict}`)
}

/** Share of the answer's claims that the passages support. A lexical detector. */
export function scoreGrounded({ atLeast: least, passages }: Of<'grounded'>, observation: Observation): Verdict {
  const given: readonly Passage[] | undefined =
    passages?.map((text, at) => ({ id: String(at + 1), text })) ?? observation.passages
  if (given === undefined) return noVerdict('neither the case nor the target gives passages')
  const claims = groundClaims(observation.reply, given)
  if (claims.length === 0) return HOLDS
  const supported = claims.filter(({ verdict }) => verdict === 'supported').length
  return atLeast(supported / claims.length, least, 'the share of supported claims')
}
