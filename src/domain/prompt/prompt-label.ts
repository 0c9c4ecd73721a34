import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'

/** What a label pointed at, since when, by whose word and on which verdict. */
export interface LabelTarget {
  readonly prompt: Digest
  readonly releaseDigest: Digest
  readonly verdict: string
  readonly environment: string
  readonly by: string
  readonly at: EpochMs
  readonly note: string
}

/** A name that applications ask for, such as `production`: it moves only to versions that passed a gate. */
export interface PromptLabel {
  readonly id: string
  readonly system: string
  readonly promptId: string
  readonly label: string
  readonly current: LabelTarget
  /** Newest first. */
  readonly previous: readonly LabelTarget[]
}

/** Steps that a label remembers, and can therefore go back. */
export const LABEL_HISTORY_MAX = 50

export function movedLabel(
  label: Omit<PromptLabel, 'current' | 'previous'>,
  known: PromptLabel | undefined,
  target: LabelTarget,
): PromptLabel {
  const previous = known === undefined ? [] : [known.current, ...known.previous]
  return { ...label, current: target, previous: previous.slice(0, LABEL_HISTORY_MAX) }
}

/** The label one step back, or undefined where there is none: that step is then gone, so that twice goes two back. */
export function rolledBackLabel(known: PromptLabel, by: string, at: EpochMs, note: string): PromptLabel | undefined {
  const [last, ...rest] = known.previous
  return last === undefined ? undefined : { ...known, current: { ...last, by, at, note }, previous: rest }
}
