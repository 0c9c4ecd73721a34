import { canonicalView } from '../detection/canonical-view.ts'
import { findBanned } from '../detection/content/ban-list.ts'
import { findTopics } from '../detection/content/topics.ts'
import { SOFT_DETECTORS } from '../detection/formats/detect-formats.ts'
import { detectLanguage } from '../detection/language.ts'
import { marksOf, type Marks } from '../detection/marks.ts'
import { bestWithoutOverlaps } from '../detection/match.ts'
import { detectPersonalData } from '../detection/personal-data.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { scoreInjection, type InjectionScore } from '../detection/injection/score-injection.ts'
import { weighInjection, type ClassifyInjection } from '../detection/injection/weigh-injection.ts'
import { groundClaims, type Passage } from '../detection/groundedness/ground-claims.ts'
import type { LinkMemory } from '../detection/egress/link-memory.ts'
import { linkFinding, type LinkPolicy } from '../detection/egress/link-policy.ts'
import type { LinkSpan } from '../detection/egress/link-span.ts'
import { findLinks } from '../detection/links.ts'
import { findCanaries, type CanaryIndex } from '../detection/leak/canaries.ts'
import { findPromptLeak, type LeakIndex } from '../detection/prompt-leak.ts'
import { readingsWithin, type Readings } from '../detection/readings/readings-of.ts'
import { Reading } from '../detection/readings/text-reading.ts'
import type { ValueName } from '../detection/value-name.ts'
import type { GroundingPolicy, GuardAction, GuardRule } from '../manifest/manifest.ts'
import type { ContentPolicy, SidePolicy } from './guard-policy.ts'
import type { Obligation } from './obligation.ts'
import type { RuleSet } from './rule-set.ts'

export interface GuardOptions {
  readonly leak?: LeakIndex | undefined
  /** Canaries that stand in this session's instructions. */
  readonly canaries?: CanaryIndex | undefined
  /** A trained classifier beside the heuristics; without it the score is theirs alone. */
  readonly classify?: ClassifyInjection | undefined
  /**
   * Only the verdict is asked for: heuristics that reach this score alone settle it, and personal data that is at most logged is not
   * looked for. The findings are then fewer, and what the policy asks for is the same.
   */
  readonly settledFrom?: number | undefined
  /** What an answer may rest on, when the policy asks for grounding. */
  readonly passages?: readonly Passage[] | undefined
  /** What the parts of the text before this one mean for its links. */
  readonly links?: LinkMemory | undefined
  /** Stable stand-in for a personal value, when the policy asks to pseudonymise. */
  readonly pseudonym?: ((category: string, value: string) => string) | undefined
}

/** A finding with what the policy asks for because of it. */
export interface JudgedFinding {
  readonly finding: GuardFinding
  readonly obligation: Obligation
  /** What stands in its place afterwards; undefined when the text stays. */
  readonly replacement: string | undefined
}

export interface TextJudgement {
  /** Injection score, 0 to 1. */
  readonly score: number
  readonly judged: readonly JudgedFinding[]
}

/** How a text stands in a document. */
export interface ValueStanding {
  /** The name that is nearest to it. */
  readonly name?: ValueName | undefined
  /** It is written as a number. */
  readonly isNumber?: boolean
}

/** A secret of this confidence is recognised by its form; below, by a name beside it, which is a detector's guess. */
const EXACT_SECRET = 0.9

/** Everything that the policy's controls see in one well-formed text of bounded length. */
export function judgeText(
  text: string,
  policy: SidePolicy,
  options: GuardOptions,
  standing: ValueStanding = {},
): TextJudgement {
  return judgeReading(Reading.plain(text, canonicalView(text)), policy, options, standing)
}

/** The same for a text that was read already. */
export function judgeReading(
  plain: Reading,
  policy: SidePolicy,
  options: GuardOptions,
  standing: ValueStanding = {},
): TextJudgement {
  const { raw: text, view } = plain
  const collector = new Collector(text, options)
  const readings = readingsWithin(plain)
  const marks = new MarkIndex()
  const heuristic = scoreInjection(text, view, readings, (reading) => marks.of(reading).injection)
  const isSettled = options.settledFrom !== undefined && heuristic.score >= options.settledFrom
  const injection =
    options.classify === undefined || isSettled ? heuristic : weighInjection(heuristic, readings, options.classify)
  for (const place of readings.undecoded)
    collector.add(undecodableAction(policy), {
      detector: 'undecodable',
      category: 'undecodable',
      ...place,
      score: 1,
      guarantee: 'exact',
    })
  if (injection.score >= policy.injection.at) addInjection(collector, injection, policy)
  addSensitive(collector, { readings, marks, standing }, policy)
  if (policy.rules !== undefined) addRules(collector, readings, policy.rules)
  if (policy.content !== undefined) addContent(collector, readings, policy.content)
  if (policy.grounding !== undefined) addGrounding(collector, text, policy.grounding, options.passages ?? [])
  if (options.leak !== undefined)
    for (const span of findPromptLeak(text, options.leak, view, readings.derived))
      collector.add(policy.promptLeak, {
        detector: `leak/${span.reading}`,
        category: 'prompt-leak',
        start: span.start,
        end: span.end,
        score: 1,
        guarantee: 'detector',
      })
  if (options.canaries !== undefined)
    for (const { start, end, source } of findCanaries(text, options.canaries, view, readings.derived))
      collector.add(policy.promptLeak, {
        detector: `leak/canary-${source}`,
        category: 'prompt-leak',
        start,
        end,
        score: 1,
        guarantee: 'exact',
      })
  if (policy.links !== undefined) collector.addLinks(policy.links)
  return { score: injection.score, judged: collector.judged }
}

/** What cannot be read is taken for what the policy minds: an instruction, else a secret. */
function undecodableAction({ injection, secrets }: SidePolicy): GuardAction {
  if (injection.action !== 'allow') return injection.action
  return secrets === 'allow' ? 'log' : secrets
}

/** A window is a few sentences: it is cut out of a document only where the classifier is sure. */
const CUT_FROM = 0.95

/** Where several weak signs add up and none names a place, the whole text is the place. */
function addInjection(collector: Collector, { hits, score }: InjectionScore, { injection }: SidePolicy): void {
  const places = hits.length > 0 ? hits : [{ rule: 'classifier', start: 0, end: collector.length, weight: score }]
  for (const { rule, start, end, weight } of places)
    collector.add(
      rule === 'classifier' && injection.action === 'redact' && weight < CUT_FROM ? 'log' : injection.action,
      {
        detector: `injection/${rule}`,
        category: 'injection',
        start,
        end,
        score: weight,
        guarantee: 'detector',
      },
    )
}

/** What was found in each reading, so that none is searched twice. */
class MarkIndex {
  #known: Map<Reading, Marks> | undefined
  #plain: Marks | undefined

  of(reading: Reading): Marks {
    if (reading.depth === 0 && reading.encoding === 'plain')
      return (this.#plain ??= marksOf(reading.text, reading.seen))
    const known = (this.#known ??= new Map())
    let marks = known.get(reading)
    if (marks === undefined) known.set(reading, (marks = marksOf(reading.text, reading.seen)))
    return marks
  }
}

function inOrder({ plain, derived }: Readings): readonly Reading[] {
  return derived.length === 0 ? [plain] : [plain, ...derived]
}

const isAtMostLogged = (action: GuardAction): boolean => action === 'allow' || action === 'log'

/** Below it a match of personal data is an open guess, such as an address of the machine itself: recorded, never acted on. */
const ACTED_ON = 0.5
/** From here on a format and its check hold. */
const CHECKED = 0.85

interface Looked {
  readonly readings: Readings
  readonly marks: MarkIndex
  readonly standing: ValueStanding
}

/** Personal data and secrets in every reading; what a hidden reading only repeats counts once. */
function addSensitive(collector: Collector, { readings, marks, standing }: Looked, policy: SidePolicy): void {
  const isSoftAsked = policy.softPii !== 'allow'
  for (const reading of inOrder(readings)) {
    const found = marks.of(reading)
    const facts = { words: found.formatWords, seen: reading.seen, ...standing }
    const personal = collector.isPersonalAsked(policy) ? detectPersonalData(reading.text, isSoftAsked, facts) : []
    for (const match of personal) {
      const isSoft = SOFT_DETECTORS.has(match.detector)
      const action = isSoft ? policy.softPii : policy.pii
      collector.addOnce(match.score < ACTED_ON && action !== 'allow' ? 'log' : action, {
        ...match,
        ...reading.rawSpan(match.start, match.end),
        category: 'pii',
        guarantee: !isSoft && match.score >= CHECKED ? 'exact' : 'detector',
      })
    }
    const named = standing.name?.secretsIn(reading.text) ?? []
    for (const match of named.length === 0 ? found.secrets : bestWithoutOverlaps([...found.secrets, ...named]))
      collector.addOnce(policy.secrets, {
        ...match,
        ...reading.rawSpan(match.start, match.end),
        category: 'secret',
        guarantee: match.score >= EXACT_SECRET ? 'exact' : 'detector',
      })
  }
}

/** Patterns of the user's own, in every reading. */
function addRules(collector: Collector, readings: Readings, { rules, patterns }: RuleSet): void {
  for (const reading of inOrder(readings))
    for (const { pattern, start, end } of patterns.search(reading.text)) {
      const { id, action, category = 'banned' } = rules[pattern] as GuardRule
      collector.addOnce(action, {
        detector: `rule/${id}`,
        category,
        ...reading.rawSpan(start, end),
        score: 1,
        guarantee: 'exact',
      })
    }
}

/** Claims of an answer that nothing supports, or that cite what is not there. Without passages nothing can be said. */
function addGrounding(
  collector: Collector,
  text: string,
  { action, supportMin, requireCitations }: GroundingPolicy,
  passages: readonly Passage[],
): void {
  if (passages.length === 0) return
  for (const { start, end, verdict, unknownCitations, score } of groundClaims(text, passages, {
    supportMin,
    requireCitations,
  })) {
    const fault = unknownCitations.length > 0 ? 'unknown-citation' : verdict
    if (fault === 'supported') continue
    collector.add(action, {
      detector: `grounding/${fault}`,
      category: 'grounding',
      start,
      end,
      score: Math.round((1 - score) * 1_000) / 1_000,
      guarantee: 'detector',
    })
  }
}

const LANGUAGE_CONFIDENCE = 0.9
/** Shorter texts hold too few letters to tell languages apart. */
const LANGUAGE_CHARS_MIN = 40

/** Banned words, denied topics and languages, in the plain reading and in what was hidden. */
function addContent(collector: Collector, readings: Readings, content: ContentPolicy): void {
  const { plain } = readings
  for (const reading of inOrder(readings)) {
    if (content.banned !== undefined)
      for (const match of findBanned(reading.view, content.banned))
        collector.addOnce('block', {
          ...match,
          ...reading.rawSpan(match.start, match.end),
          category: 'banned',
          guarantee: 'exact',
        })
    if (content.topics !== undefined)
      for (const match of findTopics(reading.view, content.topics))
        collector.addOnce('block', {
          ...match,
          ...reading.rawSpan(match.start, match.end),
          category: 'topic',
          guarantee: 'detector',
        })
  }
  if (content.languages === undefined || plain.text.length < LANGUAGE_CHARS_MIN) return
  const found = detectLanguage(plain.text)
  if (found === undefined || found.confidence < LANGUAGE_CONFIDENCE || content.languages.includes(found.language))
    return
  collector.add('block', {
    detector: `language/${found.language}`,
    category: 'language',
    ...plain.rawSpan(0, plain.text.length),
    score: found.confidence,
    guarantee: 'detector',
  })
}

class Collector {
  readonly judged: JudgedFinding[] = []
  readonly #raw: string
  readonly #options: GuardOptions
  /** Index in `judged` of what stands at a place. */
  #places: Map<string, number> | undefined

  constructor(raw: string, options: GuardOptions) {
    this.#raw = raw
    this.#options = options
  }

  get length(): number {
    return this.#raw.length
  }

  /** Where only the verdict counts, what is at most logged has no say in it. */
  isPersonalAsked({ pii, softPii }: SidePolicy): boolean {
    return this.#options.settledFrom === undefined || ![pii, softPii].every(isAtMostLogged)
  }

  add(action: GuardAction, finding: GuardFinding): void {
    const replacement = this.#replacement(action, finding)
    // An obligation that cannot be met is a denial.
    const obligation = action === 'pseudonymise' && replacement === undefined ? 'block' : action
    this.judged.push({ finding, obligation, replacement })
  }

  /** What several readings find at one place counts once, as far as the longest of them goes. */
  addOnce(action: GuardAction, finding: GuardFinding): void {
    const key = `${finding.detector}@${finding.start}`
    const places = (this.#places ??= new Map())
    const known = places.get(key)
    if (known === undefined) places.set(key, this.judged.length)
    else if (finding.end <= (this.judged[known]?.finding.end ?? 0)) return
    this.add(action, finding)
    const added = known === undefined ? undefined : this.judged.pop()
    if (known !== undefined && added !== undefined) this.judged[known] = added
  }

  #replacement(action: GuardAction, { detector, category, start, end }: GuardFinding): string | undefined {
    const name = detector.slice(detector.indexOf('/') + 1).toUpperCase()
    if (action === 'redact') return category === 'injection' ? '[instruction removed]' : `[${name}]`
    if (action !== 'pseudonymise') return undefined
    const standIn: unknown = this.#options.pseudonym?.(name, this.#raw.slice(start, end))
    return typeof standIn === 'string' ? standIn : undefined
  }

  addLinks(policy: LinkPolicy): void {
    const edited = new Spans(
      this.judged.flatMap(({ finding, replacement }) => (replacement === undefined ? [] : [finding])),
    )
    for (const link of findLinks(this.#raw, this.#options.links)) {
      const detector = linkFinding(link, policy)
      if (detector === undefined) continue
      const label = keepsLabel(link, edited) ? `${link.label} ` : ''
      this.judged.push({
        finding: {
          detector,
          category: 'link',
          start: link.start,
          end: link.end,
          score: 1,
          guarantee: 'boundary',
        },
        obligation: 'redact',
        replacement: `${label}[${link.kind} removed]`,
      })
    }
  }
}

/** The label stays unless something in it has to go too, or it begins a tag: the link's edit covers the edits inside it. */
function keepsLabel({ start, end, label }: LinkSpan, edited: Spans): boolean {
  return label !== '' && !label.includes('<') && !edited.touch(start, end)
}

/** Spans in order, asked whether one of them touches a place: a binary search. */
class Spans {
  readonly #starts: readonly number[]
  /** The furthest end of all spans up to each. */
  readonly #reach: number[] = []

  constructor(spans: readonly { readonly start: number; readonly end: number }[]) {
    const sorted = spans.toSorted((left, right) => left.start - right.start)
    this.#starts = sorted.map(({ start }) => start)
    for (const { end } of sorted) this.#reach.push(Math.max(end, this.#reach.at(-1) ?? 0))
  }

  touch(start: number, end: number): boolean {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) < end) low = middle + 1
      else high = middle
    }
    return low > 0 && (this.#reach[low - 1] as number) > start
  }
}
