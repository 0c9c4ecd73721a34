/** Area under the receiver operating characteristic: the chance that an attack scores above a harmless text; ties count half. */
export function areaUnderCurve(attacks: readonly number[], harmless: readonly number[]): number {
  const sorted = [...harmless].sort((a, b) => a - b)
  let sum = 0
  for (const score of attacks) sum += (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2
  return sum / (attacks.length * harmless.length)
}

function countBelow(sorted: readonly number[], limit: number, orEqual: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const value = sorted[middle] as number
    if (value < limit || (orEqual && value === limit)) low = middle + 1
    else high = middle
  }
  return low
}

/** The least score above which at most this share of the harmless texts lies. */
export function thresholdAt(harmless: readonly number[], rate: number): number {
  const sorted = [...harmless].sort((a, b) => b - a)
  return sorted[Math.floor(rate * sorted.length)] ?? 0
}
