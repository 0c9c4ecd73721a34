import type { ReactElement } from 'react'
import type { FindingView, VerdictView } from '../../views.ts'
import { FindingCard } from './finding-card.tsx'

const GROUPS: readonly { readonly outcome: FindingView['outcome']; readonly title: string }[] = [
  { outcome: 'failed', title: 'Blocking' },
  { outcome: 'inconclusive', title: 'Inconclusive' },
  { outcome: 'errored', title: 'Errored' },
  { outcome: 'excepted', title: 'Excepted' },
]

/** Findings in the order in which they need somebody; what passed is folded away. */
export function FindingList({ verdict: { results, skipped } }: { readonly verdict: VerdictView }): ReactElement {
  const of = (outcome: FindingView['outcome']): readonly FindingView[] =>
    results.filter((finding) => finding.outcome === outcome)
  const passed = of('passed')
  return (
    <>
      {GROUPS.map(({ outcome, title }) => {
        const own = of(outcome)
        return own.length === 0 ? null : (
          <div key={outcome} className="finding-group">
            <h3>
              {title} ({own.length})
            </h3>
            {own.map((finding) => (
              <FindingCard key={finding.id} finding={finding} />
            ))}
          </div>
        )
      })}
      {passed.length === 0 ? null : (
        <details className="finding-group">
          <summary>
            <h3>Passed ({passed.length})</h3>
          </summary>
          {passed.map((finding) => (
            <FindingCard key={finding.id} finding={finding} />
          ))}
        </details>
      )}
      {skipped.length === 0 ? null : <p className="muted">Not applicable, nothing claimed: {skipped.join(', ')}</p>}
    </>
  )
}
