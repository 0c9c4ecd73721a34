/** P(X ≤ k) for X ~ Binomial(n, p), term by term: a second way to the bounds that uses no Beta function. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k >= n) return 1
  if (p <= 0) return 1
  if (p >= 1) return 0
  let logTerm = n * Math.log1p(-p)
  let sum = Math.exp(logTerm)
  for (let events = 1; events <= k; events++) {
    logTerm += Math.log((n - events + 1) / events) + Math.log(p) - Math.log1p(-p)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}

/** The rate at which k or fewer events have probability alpha. */
export function exactUpper(k: number, n: number, alpha: number): number {
  if (k >= n) return 1
  return bisect((p) => binomialAtMost(k, n, p) > alpha)
}

/** The rate at which k or more events have probability alpha: by symmetry, without a difference of near ones. */
export function exactLower(k: number, n: number, alpha: number): number {
  return 1 - exactUpper(n - k, n, alpha)
}

/** Where a condition that holds at 0 stops holding. */
function bisect(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X = k) for X ~ Binomial(n, p), 0 < p < 1. */
export function binomialExactly(k: number, n: number, p: number): number {
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p)
  for (let event = 1; event <= k; event++) log += Math.log((n - event + 1) / event)
  return Math.exp(log)
}
