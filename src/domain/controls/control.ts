import type { Tier } from '../manifest/manifest.ts'

/** Where in the life of a system a control takes hold. */
export const PLACES = ['data', 'training', 'inference', 'ui', 'monitoring'] as const
export type Place = (typeof PLACES)[number]

export const CADENCES = [
  'continuous',
  'every-release',
  'per-event',
  'monthly',
  'quarterly',
  'half-yearly',
  'yearly',
] as const
export type Cadence = (typeof CADENCES)[number]

/**
 * How a control stands to an entry of a framework: `equal` they ask the same, `subset` the control does a part of the
 * entry, `superset` it does the entry and more, `intersects` each asks for something that the other does not.
 */
export const RELATIONS = ['equal', 'subset', 'superset', 'intersects'] as const
export type Relation = (typeof RELATIONS)[number]

export interface Crosswalk {
  readonly framework: string
  readonly entry: string
  readonly relation: Relation
}

/** Kinds of records of the state that can be evidence of a control at work. */
export const EVIDENCE_RECORDS = [
  'releases',
  'verdicts',
  'exceptions',
  'approvals',
  'risks',
  'deny_records',
  'decisions',
  'alerts',
  'incidents',
] as const
export type EvidenceRecord = (typeof EVIDENCE_RECORDS)[number]

/** A document that somebody vouches for: nothing of it is checked by a machine. */
export interface AttestationRequirement {
  readonly id: string
  readonly what: string
  readonly maxAgeDays: number
}

/** Records that the running system leaves behind. */
export interface RecordRequirement {
  readonly kind: EvidenceRecord
  readonly what: string
  readonly maxAgeDays: number
}

/** Risk → control → check → evidence → owner. */
export interface Control {
  readonly id: string
  readonly title: string
  readonly risk: string
  readonly statement: string
  readonly implementedIn: readonly Place[]
  /** Ids of pack rules: the automated part. */
  readonly checks: readonly string[]
  readonly attestations: readonly AttestationRequirement[]
  readonly records: readonly RecordRequirement[]
  readonly owner: string
  readonly tiers: readonly Tier[]
  readonly cadence: Cadence
  readonly crosswalks: readonly Crosswalk[]
  /** The catalogue file that it stands in. */
  readonly catalogue: string
}

export interface FrameworkEntry {
  readonly id: string
  readonly title: string
  readonly parent: string | undefined
}

export interface Framework {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly publisher: string
  readonly licence: string
  readonly entries: readonly FrameworkEntry[]
}

export interface Catalogue {
  readonly controls: readonly Control[]
  readonly frameworks: readonly Framework[]
}

/** How a control is shown to work: by a machine, by records, by a person's word, or by several of them. */
export function evidenceKinds(control: Control): readonly ('check' | 'record' | 'attestation')[] {
  return [
    ...(control.checks.length > 0 ? (['check'] as const) : []),
    ...(control.records.length > 0 ? (['record'] as const) : []),
    ...(control.attestations.length > 0 ? (['attestation'] as const) : []),
  ]
}
