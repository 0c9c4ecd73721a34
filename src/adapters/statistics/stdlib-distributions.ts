import betaQuantile from '@stdlib/stats-base-dists-beta-quantile'
import studentQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Distributions } from '../../domain/statistics/distributions.ts'

export const stdlibDistributions: Distributions = {
  betaQuantile: (p, a, b) => betaQuantile(p, a, b),
  studentQuantile: (p, freedom) => studentQuantile(p, freedom),
}
