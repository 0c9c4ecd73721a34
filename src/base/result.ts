/** An expected outcome: a value, or a failure with a code. Bugs throw instead. */
export type Result<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure }

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

export function fail<Failure>(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}

/** A failure a person can act on. `code` is `area/kebab-code` and documented in docs/reference/errors.md. */
export interface Problem {
  readonly code: string
  /** Lower case, input in backticks, in the reader's words. */
  readonly message: string
  /** What to do about it, one step. */
  readonly next?: string | undefined
  readonly at?: SourcePosition | undefined
}

/** Lines and columns start at 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}
