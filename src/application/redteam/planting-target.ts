import type { CaseSubject, Observation } from '../../domain/evaluation/suite.ts'
import type { EvaluationTarget } from '../evaluation/target.ts'

/** What an attacker has put where the application reads, for one conversation. */
export interface Planted {
  readonly channel: 'document' | 'tool-result' | 'tool-description'
  readonly text: string
}

/**
 * A target that can put text where its application reads: into what retrieval finds, into what the next tool returns, or
 * into the description of a tool. A target without it is attacked through the user's messages alone.
 */
export interface PlantingTarget extends EvaluationTarget {
  runPlanted(
    planted: Planted,
    turns: readonly string[],
    subject: CaseSubject,
    signal: AbortSignal,
  ): Promise<Observation>
}

export function canPlant(target: EvaluationTarget): target is PlantingTarget {
  return 'runPlanted' in target && typeof target.runPlanted === 'function'
}
