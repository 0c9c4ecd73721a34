/** Quantile functions as a port: a library computes them, the designs here are ours. */
export interface Distributions {
  /** Quantile of Beta(a, b) at p. */
  betaQuantile(p: number, a: number, b: number): number
  /** Quantile of Student's t with `freedom` degrees at p. */
  studentQuantile(p: number, freedom: number): number
}
