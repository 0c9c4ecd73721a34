import type { ReactElement } from 'react'
import { plural } from '../../format.ts'
import { SimulatedBadge } from '../../ui/badge.tsx'
import { OutcomeBadge, SeverityBadge } from '../../ui/status-badges.tsx'
import { Instant } from '../../ui/values.tsx'
import type { FindingView } from '../../views.ts'
import { fixOf, headlineOf } from './finding-text.ts'
import { IntervalFigure } from './interval-bar.tsx'
import { CodeText } from '../../ui/code-text.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import { revealed } from '../../revealed.ts'

/** One rule's result: what, how much, where, and how to fix it. */
export function FindingCard({ finding }: { readonly finding: FindingView }): ReactElement {
  const isHeld = finding.outcome === 'passed'
  return (
    <article className={`finding finding-${finding.outcome}`} aria-labelledby={`finding-${finding.id}`}>
      <h4 id={`finding-${finding.id}`}>
        <code>{finding.id}</code> <CodeText text={headlineOf(finding)} />
      </h4>
      <p className="badges">
        <OutcomeBadge outcome={finding.outcome} />
        <SeverityBadge severity={finding.severity} />
        {finding.isSimulated ? <SimulatedBadge /> : null}
        <span className="muted">pack {finding.pack}</span>
      </p>
      {finding.detail === finding.message || finding.detail === finding.title ? null : (
        <p>
          <PlainText text={finding.detail} />
        </p>
      )}
      {finding.exceptionId === null ? null : (
        <p>
          Covered by exception <strong>{finding.exceptionId}</strong>
          {finding.exceptionExpiresAt === null ? null : (
            <>
              , which ends <Instant at={finding.exceptionExpiresAt} />
            </>
          )}
        </p>
      )}
      {finding.measure === null ? null : <IntervalFigure measure={finding.measure} />}
      <FailingCases finding={finding} />
      {isHeld ? null : (
        <p className="fix">
          <strong>Fix:</strong> <CodeText text={fixOf(finding)} />
        </p>
      )}
      <p className="muted small">{[...finding.frameworks, ...finding.controls].join(' · ')}</p>
    </article>
  )
}

function FailingCases({
  finding: { id, failures, failuresOmitted },
}: {
  readonly finding: FindingView
}): ReactElement | null {
  if (failures.length === 0) return null
  return (
    <details className="cases">
      <summary>{plural(failures.length + failuresOmitted, 'failing case')}</summary>
      <ul>
        {failures.map((failure) => (
          <li key={`${failure.id}/${failure.file}/${failure.line}`}>
            <code>
              {revealed(failure.file)}:{failure.line}
            </code>{' '}
            <strong>{revealed(failure.id)}</strong> <PlainText text={failure.why} />
            {failure.risks.length === 0 ? null : <span className="muted"> ({failure.risks.join(', ')})</span>}
          </li>
        ))}
      </ul>
      {failuresOmitted === 0 ? null : (
        <p>
          … and {failuresOmitted} more: <code>gatehouse explain {id}</code>
        </p>
      )}
    </details>
  )
}
