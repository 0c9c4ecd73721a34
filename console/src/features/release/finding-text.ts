import type { FindingView } from '../../views.ts'

/** A rule's message says what is wrong: it stands only where that was shown. */
export function headlineOf({ outcome, message, title }: FindingView): string {
  return outcome === 'failed' || outcome === 'excepted' ? message : title
}

/** What to do; the same words as the command line's. */
export function fixOf({ outcome, measure, detail, fix }: FindingView): string {
  if (outcome === 'inconclusive')
    return `add cases: ${measure?.n ?? 0} cannot decide it (\`gatehouse plan\` says how many can)`
  if (outcome === 'errored')
    return detail === 'not evidenced'
      ? 'run `gatehouse gate` without `--no-run`'
      : 'mend what stopped the check, then gate again'
  return fix
}
