import type { View } from '../canonical-view.ts'
import type { Match } from '../match.ts'
import { findPhrases, phraseMatcher, type PhraseHit, type PhraseMatcher } from './phrase-matcher.ts'
import { CIVIC_TOPICS, HARM_TOPICS, REGULATED_TOPICS, type TopicLexicon } from './topic-lexicon.ts'

/** A topic of the user's own: any of its phrases decides, two of its words do. */
export interface DefinedTopic {
  readonly words?: readonly string[] | undefined
  readonly phrases?: readonly string[] | undefined
}

type Strength = 'strong' | 'normal' | 'context'
type Tag = { readonly topic: string; readonly strength: Strength }

export interface TopicIndex {
  readonly matcher: PhraseMatcher<Tag>
}

const WEIGHTS: Readonly<Record<Strength, number>> = { strong: 0.8, normal: 0.5, context: 0.4 }
/** Chosen so that one strong phrase, two normal words, or a normal word in context reach it. */
export const TOPIC_SCORE_MIN = 0.7
/** Words that are judged together. */
const WINDOW_WORDS = 50

const BUILT_IN: readonly TopicLexicon[] = [...REGULATED_TOPICS, ...CIVIC_TOPICS, ...HARM_TOPICS]
/** Topics that come with word lists; `guard.topics.deny` may name them without a definition. */
export const TOPIC_IDS: readonly string[] = BUILT_IN.map(({ id }) => id)

/** Ids that no word list stands behind. */
export function unknownTopics(
  ids: readonly string[],
  defined: Readonly<Record<string, DefinedTopic>> = {},
): readonly string[] {
  return ids.filter((id) => !TOPIC_IDS.includes(id) && !Object.hasOwn(defined, id))
}

/** Index of the named topics; names that are neither built in nor defined match nothing:
 * `unknownTopics` names them. */
export function topicIndex(ids: readonly string[], defined: Readonly<Record<string, DefinedTopic>> = {}): TopicIndex {
  const entries = [...new Set(ids)].flatMap((id) => {
    const own = Object.hasOwn(defined, id) ? defined[id] : undefined
    const built = BUILT_IN.find((topic) => topic.id === id)
    const of = (strength: Strength, phrases: readonly string[]): { phrase: string; tag: Tag }[] =>
      phrases.map((phrase) => ({ phrase, tag: { topic: id, strength } }))
    if (own !== undefined) return [...of('strong', own.phrases ?? []), ...of('normal', own.words ?? [])]
    if (built === undefined) return []
    return (['strong', 'normal', 'context'] as const).flatMap((strength) => of(strength, built[strength].split(',')))
  })
  return { matcher: phraseMatcher(entries) }
}

/**
 * Topics that a view touches, as `topic/ID` with the span of the best window and its score, one match per topic; only those that
 * reach `TOPIC_SCORE_MIN`. A detector of words: it knows nothing of what is said about them.
 */
export function findTopics(view: View, { matcher }: TopicIndex): readonly Match[] {
  const byTopic = Map.groupBy(findPhrases(view, matcher), ({ tag }) => tag.topic)
  const matches: Match[] = []
  for (const [topic, hits] of byTopic) {
    const best = bestWindow(withoutRepeats(hits.toSorted((left, right) => left.word - right.word)))
    if (best.score >= TOPIC_SCORE_MIN) matches.push({ detector: `topic/${topic}`, ...best })
  }
  return matches
}

/** One word again and again says no more, and must not push others out of what is judged. */
function withoutRepeats(hits: readonly PhraseHit<Tag>[]): readonly PhraseHit<Tag>[] {
  const lastSeen = new Map<string, number>()
  return hits.filter(({ phrase, word }) => {
    const isRepeat = word - (lastSeen.get(phrase) ?? -WINDOW_WORDS) < WINDOW_WORDS / 2
    if (!isRepeat) lastSeen.set(phrase, word)
    return !isRepeat
  })
}

/** Beyond it no further window is looked at. */
const SCORE_CLEAR = 0.95

function bestWindow(hits: readonly PhraseHit<Tag>[]): Omit<Match, 'detector'> {
  let best = { start: 0, end: 0, score: 0 }
  let from = 0
  for (const [to, last] of hits.entries()) {
    while (last.word - (hits[from]?.word ?? last.word) >= WINDOW_WORDS) from += 1
    // A window of 50 words holds few hits; a text of repeated words is cut to the nearest ones.
    const inside = hits.slice(Math.max(from, to - WINDOW_WORDS), to + 1)
    const score = scoreOf(inside)
    if (best.score >= SCORE_CLEAR) break
    if (score > best.score)
      best = {
        start: Math.min(...inside.map(({ start }) => start)),
        end: Math.max(...inside.map(({ end }) => end)),
        score,
      }
  }
  return best
}

/** Different words add up as independent signs; the words of one phrase and of two phrases that overlap count once. */
function scoreOf(hits: readonly PhraseHit<Tag>[]): number {
  const strongest = new Map<string, number>()
  let covered = -1
  for (const { phrase, tag, start, end } of hits.toSorted(
    (left, right) => WEIGHTS[right.tag.strength] - WEIGHTS[left.tag.strength] || left.start - right.start,
  )) {
    const isCovered =
      tag.strength !== 'strong' &&
      hits.some((other) => other.tag.strength === 'strong' && other.start <= start && end <= other.end)
    if (isCovered || covered === start) continue
    covered = start
    strongest.set(tag.strength === 'context' ? '' : phrase, WEIGHTS[tag.strength])
  }
  let rest = 1
  for (const weight of strongest.values()) rest *= 1 - weight
  return Math.round((1 - rest) * 1_000) / 1_000
}
