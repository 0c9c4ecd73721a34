import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'
import type { PolicyFailure } from './policy-engine.ts'

/** Where the Rego rules of a pack are decided. */
export type RegoSource =
  /** A compiled bundle beside the pack; the pack holds its digest, so that the pack's own digest binds its rules. */
  | { readonly kind: 'opa-bundle'; readonly file: string; readonly digest: Digest }
  /** An OPA server that the operator has named; the pack never holds an address. */
  | { readonly kind: 'opa-remote'; readonly endpoint: string }

/** What Rego said of one rule: anything but `true` or `false` is a failure, and a failure is no pass. */
export type RegoAnswer = Result<boolean, PolicyFailure>

export interface RegoQuestion {
  readonly source: RegoSource
  /** Of an `opa-bundle`; undefined where it did not come along. */
  readonly bundle: Uint8Array | undefined
  /** Path below `data`, for example `gatehouse/release/allow`. */
  readonly path: string
  readonly inputs: readonly JsonObject[]
}

/** Rego as a port. An answer for each input, in their order, whatever happens. */
export interface RegoEngine {
  ask(question: RegoQuestion): Promise<readonly RegoAnswer[]>
}

/** How a Rego rule is written where CEL would be read: no engine of ours evaluates it, so that it can only err there. */
export function regoExpression(path: string): string {
  return `data.${path.replaceAll('/', '.')}`
}
