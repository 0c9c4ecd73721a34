import type { EpochMs } from '../../base/instant.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** The shipped check on who answers: a waiver of it is honoured while the release is served. */
export const MODEL_DRIFT_CHECK = 'GH-VND-005'

/** Checks that gateways make, so that a waiver of one has an effect whether or not a pack of the release has the rule. */
export const GATEWAY_CHECKS: readonly string[] = [MODEL_DRIFT_CHECK]

/** An approved waiver of that check, for one release. */
export interface DriftWaiver {
  readonly exception: string
  /** Exclusive: the waiver is void from this instant on. */
  readonly expiresAt: EpochMs
}

export interface ModelDrift {
  readonly kind: 'model'
  readonly expected: string
  readonly seen: string
  /** The waiver by which it was served all the same. */
  readonly exception?: string | undefined
}

/** Whether a provider answered as the model that it was asked for, or by a name that the manifest gives it. */
export function modelDrift({ components }: Manifest, asked: string, answered: string): ModelDrift | undefined {
  if (answered === asked) return undefined
  const known = components.models.find(({ model }) => model === asked)?.answersAs ?? []
  return known.includes(answered) ? undefined : { kind: 'model', expected: asked, seen: answered }
}

/** What a drifted answer leads to: customers get none of it where the release was decided on; elsewhere it is an alarm. */
export function isDriftRefused(tier: 'T1' | 'T2' | 'T3', environment: string): boolean {
  return tier === 'T1' && environment !== 'local'
}

/** The waiver that covers a drifted answer now, if there is one: it lapses by itself. */
export function openWaiver(waivers: readonly DriftWaiver[], now: EpochMs): DriftWaiver | undefined {
  return waivers.find(({ expiresAt }) => now < expiresAt)
}
