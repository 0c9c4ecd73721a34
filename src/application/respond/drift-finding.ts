import { hexOf, utf8 } from '../../base/bytes.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { DRIFT_FINGERPRINT, type FindingSeverity, type FoundDrift } from '../../domain/finding/finding.ts'
import { MODEL_DRIFT_CHECK, type SeenDrift } from '../../domain/recognition/model-drift.ts'
import { upgradeCommand } from '../../domain/upgrade/upgrade-command.ts'

/** A fingerprint has 300 characters. */
const PART_CHARS_MAX = 140
/** Manifests declare, and gateways' records keep, so much of a name: one of that length may have been cut. */
const NAME_CHARS_MAX = 200

/** Where a drift was seen. */
export interface DriftPlace {
  readonly system: string
  readonly severity: FindingSeverity
  /** A sentence. */
  readonly where: string
  readonly location?: string
  readonly releaseDigest?: string
}

export interface DriftReport extends Omit<DriftPlace, 'where'> {
  readonly title: string
  readonly description: string
  readonly source: 'check'
  readonly fingerprint: string
  /** Undefined where a name may not be whole: nothing can be proven then. */
  readonly drift: FoundDrift | undefined
  readonly owner: string
  readonly verifyingRule: string
}

/** One finding for a model and its newcomer, whoever saw it: a gateway, a gate or an evaluation. */
export function driftReport({ expected, seen }: SeenDrift, found: DriftPlace): DriftReport {
  const { where, ...rest } = found
  return {
    ...rest,
    title: `Model \`${expected}\` was answered by another: \`${seen}\``,
    description: `${where} The release names the exact model that was proven; this is not it. Prove the newcomer: ${upgradeCommand(expected, seen)}.`,
    source: 'check',
    fingerprint: `${DRIFT_FINGERPRINT}${part(expected)}/${part(seen)}`,
    drift: [expected, seen].every(isWhole) ? { expected, seen } : undefined,
    owner: 'responder',
    verifyingRule: MODEL_DRIFT_CHECK,
  }
}

function isWhole(name: string): boolean {
  return name.length >= 1 && name.length < NAME_CHARS_MAX && name.isWellFormed()
}

/** A name that is cut is told from others by its digest. */
function part(name: string): string {
  const escaped = encodeURIComponent(name.toWellFormed())
  if (escaped.length <= PART_CHARS_MAX) return escaped
  const digest = hexOf(sha256Pure(utf8(name))).slice(0, 32)
  return `${escaped.slice(0, PART_CHARS_MAX - digest.length - 1)}~${digest}`
}
