import type { GuardFinding } from '../detection/finding.ts'
import { linkFinding, type LinkPolicy } from '../detection/egress/link-policy.ts'
import type { LinkSpan } from '../detection/egress/link-span.ts'
import { findLinks } from '../detection/links.ts'
import type { GuardAction } from '../manifest/manifest.ts'
import type { SidePolicy } from './guard-policy.ts'
import type { GuardOptions, JudgedFinding } from './guard-options.ts'
import type { ControlName } from './on-error.ts'

const isAtMostLogged = (action: GuardAction): boolean => action === 'allow' || action === 'log'

/** What is found in one text, with what the policy asks for because of it. */
export class FindingCollector {
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

  /**
   * A control that has not come to its end. What it would have found is not known, and the text may be why: `action` is taken as if
   * all of it had been found. It has no stand-in, and is never passed unseen.
   */
  addFailed(control: ControlName, action: GuardAction): void {
    this.add(action === 'allow' ? 'log' : action === 'pseudonymise' ? 'block' : action, {
      detector: `guard/failed/${control}`,
      category: 'undecodable',
      start: 0,
      end: this.#raw.length,
      score: 1,
      guarantee: 'boundary',
    })
  }

  addLinks(policy: LinkPolicy): void {
    const links = findLinks(this.#raw, this.#options.links)
    if (links.length === 0) return
    const edited = new Spans(
      this.judged.flatMap(({ finding, replacement }) => (replacement === undefined ? [] : [finding])),
    )
    for (const link of links) {
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
