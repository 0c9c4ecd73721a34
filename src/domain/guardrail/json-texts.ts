/** The texts of a JSON source, keys included, in the order in which they are written. */
export interface JsonTexts {
  readonly count: number
  /** Of each text the place of its opening quote and that behind its closing one, flat. */
  readonly places: Uint32Array
  /** Units of those texts that are written without escapes. */
  readonly plainUnits: number
}

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const PLACES_LEAST = 128

/**
 * Where the texts of valid JSON stand; undefined where they are more than `textsMax`, or a value lies within more than `depthMax`
 * arrays and objects. Every text that is written counts: also a value that a later one of the same key replaces.
 */
export function jsonTextsOf(source: string, textsMax: number, depthMax: number): JsonTexts | undefined {
  let places = new Uint32Array(PLACES_LEAST)
  let length = 0
  let depth = 0
  let plainUnits = 0
  let escape = source.indexOf('\\')
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code <= 32 || code === COMMA || code === COLON) continue
    if ((code | 0x20) === 0x7d) {
      // A closing bracket or brace: they differ from each other by one bit.
      depth -= 1
      continue
    }
    if (depth > depthMax) return undefined
    if ((code | 0x20) === 0x7b) depth += 1
    else if (code === QUOTE) {
      let end = source.indexOf('"', at + 1)
      if (escape >= 0 && escape < end) {
        end = endOfEscaped(source, at)
        escape = source.indexOf('\\', end)
      } else plainUnits += end - at - 1
      if (length === 2 * textsMax) return undefined
      if (length === places.length) places = twice(places)
      places[length] = at
      places[length + 1] = end + 1
      length += 2
      at = end
    }
  }
  return { count: length >> 1, places, plainUnits }
}

/** The closing quote of a text with escapes. */
function endOfEscaped(source: string, start: number): number {
  let at = start + 1
  while (source.charCodeAt(at) !== QUOTE) at += source.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

function twice(places: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(2 * places.length)
  more.set(places)
  return more
}
