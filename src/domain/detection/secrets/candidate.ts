/** A span that fits its rule's pattern, before its verifier has spoken. */
export interface Candidate {
  readonly text: string
  /** The secret, half-open, UTF-16 units. */
  readonly start: number
  readonly end: number
  readonly value: string
  /** The name that the value is assigned to; empty for a format. */
  readonly name: string
  /** A sign assigns the value, no mere word. */
  readonly isStrong: boolean
  /** Confidence of the rule. */
  readonly score: number
}

/** What a verifier holds to be the secret, and how sure it is. */
export interface Verdict {
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Says what of a candidate is a secret, or `undefined` for none. Pure, and bounded by the candidate's span. */
export type SecretCheck = (candidate: Candidate) => Verdict | undefined
