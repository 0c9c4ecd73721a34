import type { JsonObject } from '../../base/json.ts'
import { joinLabels } from '../authorization/labels.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { guardDocument } from '../guardrail/guard-document.ts'
import type { SidePolicy } from '../guardrail/guard-policy.ts'
import { OBLIGATIONS, type Obligation } from '../guardrail/obligation.ts'
import type { Label } from '../manifest/manifest.ts'

/** A document on its way into an index, whole: an attack may lie across the border of two chunks. */
export interface IngestedDocument {
  readonly text: string
  /** Title, author and the like: they reach prompts as the text does. */
  readonly metadata?: JsonObject | undefined
  /** How far its source is trusted. */
  readonly label: Label
}

export interface DocumentFinding extends GuardFinding {
  /** Offsets count in the text, or in the JSON text values of the metadata. */
  readonly part: 'text' | 'metadata'
}

export interface DocumentScan {
  /** `quarantine`: do not index before somebody has looked. */
  readonly outcome: 'accept' | 'quarantine'
  readonly findings: readonly DocumentFinding[]
  /** Store it with each chunk as `label`. A document with findings is `untrusted`, whoever it came from. */
  readonly label: Label
}

/** What a document is stopped for: from `redact` on, the guard would have had to change or stop it. */
const QUARANTINED_FROM: Obligation = 'redact'

/**
 * The guard over a document before it is indexed, by the document side of a guard policy. A detector: it finds the texts
 * that it knows, so an accepted document keeps the label of its source and gains no trust.
 */
export function scanDocument(document: IngestedDocument, policy: SidePolicy): DocumentScan {
  const parts = [
    { part: 'text' as const, judgement: guardDocument(document.text, policy) },
    ...(document.metadata === undefined
      ? []
      : [{ part: 'metadata' as const, judgement: guardDocument(JSON.stringify(document.metadata), policy) }]),
  ]
  const findings = parts.flatMap(({ part, judgement }) => judgement.findings.map((finding) => ({ ...finding, part })))
  const isStopped = parts.some(
    ({ judgement }) => OBLIGATIONS.indexOf(judgement.action) >= OBLIGATIONS.indexOf(QUARANTINED_FROM),
  )
  const isSuspect = findings.some(({ category }) => category === 'injection' || category === 'undecodable')
  return {
    outcome: isStopped ? 'quarantine' : 'accept',
    findings,
    label:
      isSuspect || isStopped
        ? joinLabels(document.label, { integrity: 'untrusted', confidentiality: 'public' })
        : document.label,
  }
}
