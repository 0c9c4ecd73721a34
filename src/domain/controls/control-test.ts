import type { Sha256 } from '../../base/digest.ts'
import { digestOfJson } from '../../base/digest.ts'

/** Evidence of a run of `gatehouse controls test` stands under this name; no rule of a pack can be called so. */
export const CONTROL_TEST = 'control-test'

export const REMOVAL_KINDS = ['declaration', 'evidence', 'rule', 'behaviour', 'blinded'] as const
export type RemovalKind = (typeof REMOVAL_KINDS)[number]

/** One way in which a control was taken away, and who noticed. */
export interface RemovedControl {
  /**
   * `behaviour`: the suites and campaigns of the project were run again without it. `blinded`: a check was run on something
   * that is known to be bad, once as it is and once without its eyes. `evidence`: its outcome was put in its place, and nothing was run.
   */
  readonly kind: RemovalKind
  readonly control: string
  readonly what: string
  readonly status: 'killed' | 'survived'
  /** The rule or test that noticed. */
  readonly by: string
}

const FINGERPRINT_CHARS_MAX = 300
const DIGEST_CHARS = 20

/** The same removal of the same control has the same one in every run: its finding is closed by it. */
export function removalFingerprint(sha256: Sha256, { control, kind, what }: RemovedControl): string {
  const whole = `${CONTROL_TEST}/${control}/${kind}/${what}`
  if (whole.length <= FINGERPRINT_CHARS_MAX) return whole
  const digest = digestOfJson(sha256, whole).slice(-DIGEST_CHARS)
  return `${whole.slice(0, FINGERPRINT_CHARS_MAX - DIGEST_CHARS - 1)}~${digest}`
}

/** What a run says of each removal. One that was tried twice was noticed only if it was noticed twice. */
export function noticedRemovals(sha256: Sha256, removed: readonly RemovedControl[]): ReadonlyMap<string, boolean> {
  const noticed = new Map<string, boolean>()
  for (const removal of removed) {
    const fingerprint = removalFingerprint(sha256, removal)
    noticed.set(fingerprint, removal.status === 'killed' && noticed.get(fingerprint) !== false)
  }
  return noticed
}
