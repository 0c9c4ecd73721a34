import type { FindingSeverity } from '../../domain/finding/finding.ts'
import { MODEL_DRIFT_CHECK, type SeenDrift } from '../../domain/recognition/model-drift.ts'
import { upgradeCommand } from '../../domain/upgrade/upgrade-command.ts'

const PREFIX = 'model-drift'
/** A fingerprint has 300 characters; names are longer only in bad faith. */
const NAME_CHARS_MAX = 140

const part = (name: string): string => encodeURIComponent(name.toWellFormed()).slice(0, NAME_CHARS_MAX)

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
    fingerprint: `${PREFIX}/${part(expected)}/${part(seen)}`,
    owner: 'responder',
    verifyingRule: MODEL_DRIFT_CHECK,
  }
}

/** The models that a finding is about; undefined where it is about something else. */
export function driftOf(fingerprint: string): SeenDrift | undefined {
  const [prefix, expected, seen, ...rest] = fingerprint.split('/')
  if (prefix !== PREFIX || expected === undefined || seen === undefined || rest.length > 0) return undefined
  try {
    return { expected: decodeURIComponent(expected), seen: decodeURIComponent(seen) }
  } catch {
    // Cut in the middle of a character.
    return undefined
  }
}
