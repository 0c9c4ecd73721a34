import type { DetectorReport } from '../../domain/guardrail/detector.ts'
import type { GuardSideName } from '../../domain/manifest/manifest.ts'

/** A text as the guard left it. */
export interface JudgedPart {
  /** Which text of the request or answer it is. */
  readonly where: string
  readonly side: GuardSideName
  readonly text: string
}

/** What detectors beside the guard said, by `where`. */
export type Reports = ReadonlyMap<string, readonly DetectorReport[]>
