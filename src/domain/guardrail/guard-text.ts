import { canonicalView, rawSpan } from '../detection/canonical-view.ts'
import { detectPii } from '../detection/pii-detectors.ts'
import { detectSecrets } from '../detection/detect-secrets.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { findLinks, linkFinding, type LinkPolicy, type LinkSpan } from '../detection/links.ts'
import { findPromptLeak, type LeakIndex } from '../detection/prompt-leak.ts'
import { scoreInjection } from '../detection/score-injection.ts'
import type { GuardAction } from '../manifest/manifest.ts'
import { heavier, type Obligation } from './obligation.ts'
import type { SidePolicy } from './guard-policy.ts'

export interface GuardJudgement {
  readonly action: Obligation
  /** Injection score, 0 to 1. */
  readonly score: number
  readonly findings: readonly GuardFinding[]
  /** The text to pass on when `action` is `redact` or `pseudonymise`; else the text itself. */
  readonly text: string
}

export interface GuardOptions {
  readonly leak?: LeakIndex | undefined
  /** Stable stand-in for a personal value, when the policy asks to pseudonymise. */
  readonly pseudonym?: ((category: string, value: string) => string) | undefined
}

/** Longest text that is judged; what is longer is refused, never passed. */
export const TEXT_CHARS_MAX = 1_000_000

interface Edit {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

/** The guard on one value: findings, the obligation they add up to, and the text that may go on. */
export function guardText(text: string, policy: SidePolicy, options: GuardOptions = {}): GuardJudgement {
  if (text.length > TEXT_CHARS_MAX) return refusal(text, 'guard/too-long')
  if (!text.isWellFormed()) return refusal(text, 'guard/lone-surrogate')
  const collector = new Collector(text, options)
  const view = canonicalView(text)
  const injection = scoreInjection(text, view)
  if (injection.isOverBudget)
    collector.add(policy.injection.action === 'allow' ? 'log' : policy.injection.action, {
      detector: 'undecodable',
      category: 'undecodable',
      start: 0,
      end: text.length,
      score: 1,
      guarantee: 'exact',
    })
  if (injection.score >= policy.injection.at)
    for (const hit of injection.hits)
      collector.add(policy.injection.action, {
        detector: `injection/${hit.rule}`,
        category: 'injection',
        start: hit.start,
        end: hit.end,
        score: hit.weight,
        guarantee: 'detector',
      })
  for (const match of detectPii(view))
    collector.add(policy.pii, {
      ...match,
      ...rawSpan(view, match.start, match.end),
      category: 'pii',
      guarantee: 'exact',
    })
  for (const match of detectSecrets(text))
    collector.add(policy.secrets, { ...match, category: 'secret', guarantee: 'exact' })
  if (options.leak !== undefined)
    for (const span of findPromptLeak(text, options.leak))
      collector.add(policy.promptLeak, {
        detector: `leak/${span.reading}`,
        category: 'prompt-leak',
        start: span.start,
        end: span.end,
        score: 1,
        guarantee: 'detector',
      })
  if (policy.links !== undefined) collector.addLinks(policy.links)
  return collector.finish(injection.score)
}

function refusal(text: string, detector: string): GuardJudgement {
  return {
    action: 'block',
    score: 0,
    text: '',
    findings: [{ detector, category: 'undecodable', start: 0, end: text.length, score: 1, guarantee: 'boundary' }],
  }
}

class Collector {
  readonly #raw: string
  readonly #options: GuardOptions
  readonly #findings: GuardFinding[] = []
  readonly #edits: Edit[] = []
  #action: Obligation = 'allow'

  constructor(raw: string, options: GuardOptions) {
    this.#raw = raw
    this.#options = options
  }

  add(action: GuardAction, { detector, category, start, end, score, guarantee }: GuardFinding): void {
    this.#findings.push({ detector, category, start, end, score, guarantee })
    this.#action = heavier(this.#action, this.#possible(action))
    const name = detector.slice(detector.indexOf('/') + 1).toUpperCase()
    if (action === 'redact')
      this.#edits.push({ start, end, replacement: category === 'injection' ? '[instruction removed]' : `[${name}]` })
    if (action === 'pseudonymise' && this.#options.pseudonym !== undefined)
      this.#edits.push({ start, end, replacement: this.#options.pseudonym(name, this.#raw.slice(start, end)) })
  }

  /** An obligation that cannot be met is a denial. */
  #possible(action: GuardAction): Obligation {
    return action === 'pseudonymise' && this.#options.pseudonym === undefined ? 'block' : action
  }

  addLinks(policy: LinkPolicy): void {
    for (const link of findLinks(this.#raw)) {
      const detector = linkFinding(link, policy)
      if (detector === undefined) continue
      this.#findings.push({
        detector,
        category: 'link',
        start: link.start,
        end: link.end,
        score: 1,
        guarantee: 'boundary',
      })
      this.#action = heavier(this.#action, 'redact')
      const label = this.#keepsLabel(link) ? `${link.label} ` : ''
      this.#edits.push({ start: link.start, end: link.end, replacement: `${label}[${link.kind} removed]` })
    }
  }

  /** The label stays unless something in it has to go too: the link's edit covers the edits inside it. */
  #keepsLabel({ start, end, label }: LinkSpan): boolean {
    return (
      label !== '' && findLinks(label).length === 0 && !this.#edits.some((edit) => edit.start < end && start < edit.end)
    )
  }

  finish(score: number): GuardJudgement {
    return { action: this.#action, score, findings: this.#findings, text: applyEdits(this.#raw, this.#edits) }
  }
}

/** Applies edits from left to right; where two overlap, the one that began earlier covers both. */
function applyEdits(raw: string, edits: readonly Edit[]): string {
  let text = ''
  let from = 0
  for (const edit of edits.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    if (edit.start < from) {
      from = Math.max(from, edit.end)
      continue
    }
    text += raw.slice(from, edit.start) + edit.replacement
    from = edit.end
  }
  return text + raw.slice(from)
}
