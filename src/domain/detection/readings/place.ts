/** A span of a text, half-open, in UTF-16 units. */
export interface Place {
  readonly start: number
  readonly end: number
}
