/** One kind of secret: where to look, how far, and what must stand there. Written as data in `catalog/detection/secrets.jsonl`. */
export interface SecretRule {
  readonly id: string
  /** Lower case, two characters or more; looked for without regard to case. */
  readonly anchors: readonly string[]
  /** Longest match in UTF-16 units: the pattern only ever sees a slice of this length. */
  readonly span: number
  /** Anchored at the start of the slice. Bounded counts only. Group 1, if there is one, is the secret, else the whole match. */
  readonly pattern: RegExp
  /**
   * `format`: the pattern starts at the anchor (or `back` units before it).
   * `context`: the anchor is part of a name, and the pattern is the value that is assigned to it.
   */
  readonly kind: 'format' | 'context'
  /** The match starts between so many units before the anchor, for marks inside a token. */
  readonly back: readonly [least: number, most: number]
  /** Least Shannon bits per character of the secret; 0 asks for none. */
  readonly entropy: number
  /** Name of a verifier in code; empty for none. */
  readonly check: string
  /** Confidence of a match, 0 to 1: 1 for a mark that nothing else carries. */
  readonly score: number
}

const SCORES: Readonly<Record<string, number>> = { p: 1, f: 0.9, c: 0.8, g: 0.6 }

/**
 * Rows of the generated tables. Fields are separated by tabs: id, kind (`p` marked format, `f` format, `c` context, `g` general),
 * anchors separated by line feeds, span, flags, entropy, check, back (`least,most`), pattern. A row that does not fit is a bug
 * in the generator and throws.
 */
export function parseSecretTable(rows: readonly string[]): readonly SecretRule[] {
  return rows.map((row) => {
    const [id, kind, anchors, span, flags, entropy, check, back, pattern] = row.split('\t')
    const score = SCORES[kind ?? '']
    if (id === undefined || anchors === undefined || pattern === undefined || score === undefined)
      throw new Error(`a row of the secret table has not nine fields: ${row.slice(0, 40)}`)
    const [least = 0, most = 0] = (back ?? '').split(',').map(Number)
    return {
      id: `secret/${id}`,
      anchors: anchors.split('\n'),
      span: Number(span),
      pattern: new RegExp(`^(?:${pattern})`, flags),
      kind: kind === 'c' || kind === 'g' ? 'context' : 'format',
      back: [least, most],
      entropy: Number(entropy),
      check: check ?? '',
      score,
    }
  })
}
