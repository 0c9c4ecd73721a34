import type { LinkMemory } from '../detection/egress/link-memory.ts'
import type { GuardFinding } from '../detection/finding.ts'
import type { Passage } from '../detection/groundedness/ground-claims.ts'
import type { ClassifyInjection } from '../detection/injection/weigh-injection.ts'
import type { CanaryIndex } from '../detection/leak/canaries.ts'
import type { LeakIndex } from '../detection/prompt-leak.ts'
import type { Obligation } from './obligation.ts'

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
  /** Hears of what a control threw that the policy lets degrade. */
  readonly onFailure?: ((error: unknown) => void) | undefined
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
