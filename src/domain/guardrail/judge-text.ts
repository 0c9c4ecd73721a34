import { canonicalView } from '../detection/canonical-view.ts'
import { findBanned } from '../detection/content/ban-list.ts'
import { findTopics } from '../detection/content/topics.ts'
import { SOFT_DETECTORS } from '../detection/formats/detect-formats.ts'
import { marksOf, type Marks } from '../detection/marks.ts'
import { bestWithoutOverlaps } from '../detection/match.ts'
import { detectPersonalData } from '../detection/personal-data.ts'
import { scoreInjection, type InjectionScore } from '../detection/injection/score-injection.ts'
import { weighInjection } from '../detection/injection/weigh-injection.ts'
import type { Passage } from '../detection/groundedness/ground-claims.ts'
import { findCanaries } from '../detection/leak/canaries.ts'
import { findPromptLeak } from '../detection/prompt-leak.ts'
import { readingsWithin, type Readings } from '../detection/readings/readings-of.ts'
import { Reading } from '../detection/readings/text-reading.ts'
import type { ValueName } from '../detection/value-name.ts'
import type { GuardAction, GuardRule } from '../manifest/manifest.ts'
import type { ContentPolicy, Grounding, SidePolicy } from './guard-policy.ts'
import { FindingCollector } from './finding-collector.ts'
import type { GuardOptions, JudgedFinding } from './guard-options.ts'
import { heavier } from './obligation.ts'
import type { ControlName } from './on-error.ts'
import type { RuleSet } from './rule-set.ts'

export type { GuardOptions, JudgedFinding } from './guard-options.ts'

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
  const collector = new FindingCollector(text, options)
  const readings = readingsWithin(plain)
  const marks = new MarkIndex()
  const attempt = attempts(collector, policy, options)
  for (const place of readings.undecoded)
    collector.add(undecodableAction(policy), {
      detector: 'undecodable',
      category: 'undecodable',
      ...place,
      score: 1,
      guarantee: 'exact',
    })
  let injection: InjectionScore = { score: 0, hits: [] }
  attempt('injection', policy.injection.action, () => {
    injection = scoreInjection(text, view, readings, (reading) => marks.of(reading).injection)
    const isSettled = options.settledFrom !== undefined && injection.score >= options.settledFrom
    if (options.classify !== undefined && !isSettled) injection = weighInjection(injection, readings, options.classify)
  })
  // Where the classifier failed, what the heuristics say counts on.
  if (injection.score >= policy.injection.at) addInjection(collector, injection, policy)
  addSensitive(collector, { readings, marks, standing, attempt }, policy)
  const { rules, content, grounding, links } = policy
  if (rules !== undefined) attempt('rules', heaviestOf(rules), () => addRules(collector, readings, rules))
  if (content !== undefined) attempt('content', 'block', () => addContent(collector, readings, content))
  if (grounding !== undefined)
    attempt('grounding', grounding.action, () => addGrounding(collector, text, grounding, options.passages ?? []))
  attempt('promptLeak', policy.promptLeak, () => addLeaks(collector, readings, policy, options))
  if (links !== undefined) attempt('links', 'redact', () => collector.addLinks(links))
  return { score: injection.score, judged: collector.judged }
}

/** Runs one control; what it throws stops all but where the policy says `degrade` for it. */
type Attempt = (control: ControlName, action: GuardAction, run: () => void) => void

function attempts(collector: FindingCollector, { onError }: SidePolicy, { onFailure }: GuardOptions): Attempt {
  return (control, action, run) => {
    if (!onError.has(control)) {
      run()
      return
    }
    try {
      run()
    } catch (error) {
      onFailure?.(error)
      collector.addFailed(control, action)
    }
  }
}

const heaviestOf = ({ rules }: RuleSet): GuardAction =>
  rules.reduce<GuardAction>(
    (heaviest, { action }) => (heavier(heaviest, action) === action ? action : heaviest),
    'allow',
  )

function addLeaks(
  collector: FindingCollector,
  { plain: { raw: text, view }, derived }: Readings,
  policy: SidePolicy,
  { leak, canaries }: GuardOptions,
): void {
  const add = (
    detector: string,
    { start, end }: { readonly start: number; readonly end: number },
    guarantee: 'detector' | 'exact',
  ): void => collector.add(policy.promptLeak, { detector, category: 'prompt-leak', start, end, score: 1, guarantee })
  if (leak !== undefined)
    for (const span of findPromptLeak(text, leak, view, derived)) add(`leak/${span.reading}`, span, 'detector')
  if (canaries !== undefined)
    for (const span of findCanaries(text, canaries, view, derived)) add(`leak/canary-${span.source}`, span, 'exact')
}

/** What cannot be read is taken for what the policy minds: an instruction, else a secret. */
function undecodableAction({ injection, secrets }: SidePolicy): GuardAction {
  if (injection.action !== 'allow') return injection.action
  return secrets === 'allow' ? 'log' : secrets
}

/** A window is a few sentences: it is cut out of a document only where the classifier is sure. */
const CUT_FROM = 0.95

/** Where several weak signs add up and none names a place, the whole text is the place. */
function addInjection(collector: FindingCollector, { hits, score }: InjectionScore, { injection }: SidePolicy): void {
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

/** Below it a match of personal data is an open guess, such as an address of the machine itself: recorded, never acted on. */
const ACTED_ON = 0.5
/** From here on a format and its check hold. */
const CHECKED = 0.85

interface Looked {
  readonly readings: Readings
  readonly marks: MarkIndex
  readonly standing: ValueStanding
  readonly attempt: Attempt
}

/** Personal data and secrets in every reading; what a hidden reading only repeats counts once. */
function addSensitive(collector: FindingCollector, looked: Looked, policy: SidePolicy): void {
  const { readings, attempt } = looked
  for (const reading of inOrder(readings)) {
    if (collector.isPersonalAsked(policy))
      attempt('pii', heavierAction(policy.pii, policy.softPii), () => addPersonal(collector, reading, looked, policy))
    attempt('secrets', policy.secrets, () => addSecrets(collector, reading, looked, policy))
  }
}

const heavierAction = (left: GuardAction, right: GuardAction): GuardAction =>
  heavier(left, right) === left ? left : right

function addPersonal(
  collector: FindingCollector,
  reading: Reading,
  { marks, standing }: Looked,
  policy: SidePolicy,
): void {
  const facts = { words: marks.of(reading).formatWords, seen: reading.seen, ...standing }
  for (const match of detectPersonalData(reading.text, policy.softPii !== 'allow', facts)) {
    const isSoft = SOFT_DETECTORS.has(match.detector)
    const action = isSoft ? policy.softPii : policy.pii
    collector.addOnce(match.score < ACTED_ON && action !== 'allow' ? 'log' : action, {
      ...match,
      ...reading.rawSpan(match.start, match.end),
      category: 'pii',
      guarantee: !isSoft && match.score >= CHECKED ? 'exact' : 'detector',
    })
  }
}

function addSecrets(
  collector: FindingCollector,
  reading: Reading,
  { marks, standing }: Looked,
  policy: SidePolicy,
): void {
  const { secrets } = marks.of(reading)
  const named = standing.name?.secretsIn(reading.text) ?? []
  for (const match of named.length === 0 ? secrets : bestWithoutOverlaps([...secrets, ...named]))
    collector.addOnce(policy.secrets, {
      ...match,
      ...reading.rawSpan(match.start, match.end),
      category: 'secret',
      guarantee: match.score >= EXACT_SECRET ? 'exact' : 'detector',
    })
}

/** Patterns of the user's own, in every reading. */
function addRules(collector: FindingCollector, readings: Readings, { rules, patterns }: RuleSet): void {
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
  collector: FindingCollector,
  text: string,
  { action, supportMin, requireCitations, groundClaims }: Grounding,
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
function addContent(collector: FindingCollector, readings: Readings, content: ContentPolicy): void {
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
  const { allow, detectLanguage } = content.languages
  const found = detectLanguage(plain.text)
  if (found === undefined || found.confidence < LANGUAGE_CONFIDENCE || allow.includes(found.language)) return
  collector.add('block', {
    detector: `language/${found.language}`,
    category: 'language',
    ...plain.rawSpan(0, plain.text.length),
    score: found.confidence,
    guarantee: 'detector',
  })
}
