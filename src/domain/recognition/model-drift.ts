import type { EpochMs } from '../../base/instant.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** The shipped check on who answers: a waiver of it is honoured while the release is served. */
export const MODEL_DRIFT_CHECK = 'GH-VND-005'

/** The shipped check on pins of MCP servers: a waiver of it is honoured in the same way. */
export const MCP_DRIFT_CHECK = 'GH-TOL-006'

/** Checks that gateways make, so that a waiver of one has an effect whether or not a pack of the release has the rule. */
export const GATEWAY_CHECKS: readonly string[] = [MODEL_DRIFT_CHECK, MCP_DRIFT_CHECK]

/** An approved waiver of one of these checks, for one release. */
export interface DriftWaiver {
  readonly exception: string
  /** Exclusive: the waiver is void from this instant on. */
  readonly expiresAt: EpochMs
}

/** Which model was asked, and which one answered in its place. */
export interface SeenDrift {
  readonly expected: string
  readonly seen: string
}

export interface ModelDrift extends SeenDrift {
  readonly kind: 'model'
  /** The waiver by which it was served all the same. */
  readonly exception?: string | undefined
}

/** A tool of an MCP server that is served by a waiver although no pin of the release has it as it is. */
export interface McpToolDrift {
  readonly kind: 'mcp-tool'
  /** Id of the tool. */
  readonly expected: string
  /** Digest of its descriptor. */
  readonly seen: string
  readonly exception: string
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
