import { isEvent, type CaseResult } from '../../domain/evaluation/run-summary.ts'
import type { Suite } from '../../domain/evaluation/suite.ts'
import type { Criterion } from '../../domain/statistics/criterion.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'
import { SequentialRate } from '../../domain/statistics/sequential-rate.ts'
import type { PlannedCheck } from '../release/plan-checks.ts'

/**
 * Is enough known of a suite? When every check that reads it is sequential, reads no other suite, and is decided. Asked after
 * each case, with all results so far.
 */
export function suiteDecision(
  distributions: Distributions,
  checks: readonly PlannedCheck[],
  suite: Suite,
): (results: readonly CaseResult[]) => boolean {
  const reading = checks.filter(({ suites }) => suites.some(({ id }) => id === suite.id))
  const isSingle = suite.trials === 1 && suite.cases.every(({ variants }) => variants === undefined)
  const sequences = reading.flatMap((check) =>
    check.criterion?.design === 'sequential' && check.suites.length === 1
      ? [checkSequence(distributions, check, check.criterion, isSingle)]
      : [],
  )
  if (sequences.length < reading.length) return () => false
  return (results) => {
    const newest = results.at(-1)
    for (const { add } of sequences) if (newest !== undefined) add(newest)
    return sequences.every(({ isDecided }) => isDecided())
  }
}

// oxlint-disable-next-line max-params -- the check, its criterion, and how its trials hang together
function checkSequence(
  distributions: Distributions,
  { spec }: PlannedCheck,
  criterion: Criterion,
  isSingle: boolean,
): { readonly add: (result: CaseResult) => void; readonly isDecided: () => boolean } {
  const metric = spec.kind === 'suite' ? spec.metric : 'all-hold'
  const sequence = new SequentialRate(distributions, criterion, isSingle)
  return {
    add({ trials }) {
      const scored = trials.filter((trial) => trial.kind === 'scored')
      // A case without a verdict makes the check errored, whatever the others say.
      if (scored.length < trials.length) return
      sequence.add({ events: scored.filter(({ score }) => isEvent(metric, score)).length, trials: trials.length })
    },
    isDecided: () => sequence.outcome !== 'inconclusive',
  }
}
