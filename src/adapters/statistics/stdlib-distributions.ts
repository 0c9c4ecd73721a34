import logBeta from '@stdlib/math-base-special-betaln'
import betaCdf from '@stdlib/stats-base-dists-beta-cdf'
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile'
import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import studentCdf from '@stdlib/stats-base-dists-t-cdf'
import studentQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Distributions } from '../../domain/statistics/distributions.ts'

export const stdlibDistributions: Distributions = {
  betaQuantile: (p, a, b) => betaQuantile(p, a, b),
  betaCdf: (x, a, b) => betaCdf(x, a, b),
  logBeta: (a, b) => logBeta(a, b),
  studentQuantile: (p, freedom) => studentQuantile(p, freedom),
  studentCdf: (t, freedom) => studentCdf(t, freedom),
  normalQuantile: (p) => normalQuantile(p, 0, 1),
  normalCdf: (z) => normalCdf(z, 0, 1),
}
