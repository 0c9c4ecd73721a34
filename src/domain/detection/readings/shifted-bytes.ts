/** The bytes from some bit of others on: a grouping that begins a character later begins four or six bits later. */
export interface Bytes {
  readonly source: Uint8Array
  readonly offset: number
  readonly shift: number
  readonly count: number
}

export const byteAt = ({ source, offset, shift }: Bytes, at: number): number =>
  ((((source[offset + at] as number) << 8) | (source[offset + at + 1] as number)) >> (8 - shift)) & 0xff

/** Bytes `[from, to)`. */
export interface Stretch {
  readonly from: number
  readonly to: number
}
