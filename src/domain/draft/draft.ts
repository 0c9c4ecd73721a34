import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'

export const DRAFT_KINDS = ['control', 'threats', 'attacks', 'narrative', 'alerts'] as const
export type DraftKind = (typeof DRAFT_KINDS)[number]

export const DRAFT_STATES = ['draft', 'accepted', 'rejected'] as const
export type DraftState = (typeof DRAFT_STATES)[number]

/** What a model wrote and nobody has to believe: apart from everything that decides, until a person takes it over. */
export interface Draft {
  readonly id: string
  readonly system: string
  readonly kind: DraftKind
  readonly state: DraftState
  readonly content: JsonObject
  /** Name under which the model was asked, and where. */
  readonly model: string
  readonly endpoint: string
  /** Of what was sent, after the guard. */
  readonly promptDigest: Digest
  /** Values that the guard took out before anything was sent. */
  readonly redactions: number
  readonly askedBy: string
  readonly at: EpochMs
  readonly decidedBy: string | null
  readonly decidedAt: EpochMs | null
  readonly note: string
}

export interface DraftDecision {
  readonly decision: 'accept' | 'reject'
  readonly by: string
  readonly at: EpochMs
  readonly note: string
}

/** Each draft is decided once; undefined where it was. */
export function decidedDraft(draft: Draft, { decision, by, at, note }: DraftDecision): Draft | undefined {
  if (draft.state !== 'draft') return undefined
  return { ...draft, state: decision === 'accept' ? 'accepted' : 'rejected', decidedBy: by, decidedAt: at, note }
}
