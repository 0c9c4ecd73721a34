// RFC 3492: bootstring parameters of Punycode.
const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const FIRST_BIAS = 72
const FIRST_CODE = 128
const LABEL_MAX = 63

/** The letters of a host label behind its `xn--`; undefined when it is not valid Punycode. */
export function punycodeDecode(encoded: string): string | undefined {
  if (encoded.length > LABEL_MAX) return undefined
  const split = encoded.lastIndexOf('-')
  const points = Array.from(encoded.slice(0, Math.max(0, split)), (char) => char.charCodeAt(0))
  let code = FIRST_CODE
  let bias = FIRST_BIAS
  let index = 0
  for (let at = split + 1; at < encoded.length;) {
    const before = index
    let weight = 1
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(encoded.charCodeAt(at++))
      if (digit === undefined) return undefined
      index += digit * weight
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias))
      if (digit < threshold) break
      weight *= BASE - threshold
      if (weight > 0x7fffffff) return undefined
    }
    bias = adapt(index - before, points.length + 1, before === 0)
    code += Math.floor(index / (points.length + 1))
    index %= points.length + 1
    if (code > 0x10ffff) return undefined
    points.splice(index, 0, code)
    index += 1
  }
  return points.map((point) => String.fromCodePoint(point)).join('')
}

function digitOf(char: number): number | undefined {
  if (char >= 48 && char <= 57) return char - 22
  if (char >= 97 && char <= 122) return char - 97
  return char >= 65 && char <= 90 ? char - 65 : undefined
}

function adapt(change: number, count: number, isFirst: boolean): number {
  let delta = isFirst ? Math.floor(change / DAMP) : Math.floor(change / 2)
  delta += Math.floor(delta / count)
  let k = 0
  for (; delta > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) delta = Math.floor(delta / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW))
}
