/** A broken reference or rule inside one manifest; `path` leads to the value, as in the YAML tree. */
export interface ReferenceProblem {
  readonly code: string
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly next: string
}
