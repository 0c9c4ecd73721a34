/** When a canary is taken back: as many bad ends among its requests in the window. */
export interface CanaryStop {
  readonly failuresPercent: number
  /** Requests in the window below which their share says nothing. */
  readonly callsMin: number
  readonly windowMs: number
}

/** A new release for a share of the subjects of a system, wherever a request does not itself show its release. */
export interface CanaryRollout {
  readonly id: string
  readonly kind: 'canary'
  readonly system: string
  /** Digest of the release that is tried. */
  readonly release: string
  readonly percent: number
  readonly stop: CanaryStop
}

/** A model of the release that gets copies of a share of the requests, and whose answers nobody sees. */
export interface ShadowRollout {
  readonly id: string
  readonly kind: 'shadow'
  readonly system: string
  readonly model: string
  readonly percent: number
}

export type Rollout = CanaryRollout | ShadowRollout

export const STOP_DEFAULT: CanaryStop = { failuresPercent: 20, callsMin: 20, windowMs: 60_000 }

const BUCKETS = 10_000

/** Whether a subject is on the tried side: by a keyed hash of who they are, so that they stay there. */
export function isChosen(percent: number, hexHash: string): boolean {
  const bucket = Number.parseInt(hexHash.slice(0, 8), 16) % BUCKETS
  return bucket < (percent / 100) * BUCKETS
}
