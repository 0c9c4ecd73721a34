/** Distribution functions as a port: a library computes them, the designs here are ours. */
export interface Distributions {
  /** Quantile of Beta(a, b) at p. */
  betaQuantile(p: number, a: number, b: number): number
  /** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function. */
  betaCdf(x: number, a: number, b: number): number
  /** ln B(a, b). */
  logBeta(a: number, b: number): number
  /** Quantile of Student's t with `freedom` degrees at p. */
  studentQuantile(p: number, freedom: number): number
  /** P(T ≤ t) for Student's t. */
  studentCdf(t: number, freedom: number): number
  /** Quantile of the standard normal distribution at p. */
  normalQuantile(p: number): number
  normalCdf(z: number): number
}
