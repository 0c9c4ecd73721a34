import type { ReactElement } from 'react'
import { SimulatedBadge } from '../../ui/badge.tsx'
import { VerdictBadge } from '../../ui/status-badges.tsx'
import { Facts, Instant } from '../../ui/values.tsx'
import type { FindingView, VerdictView } from '../../views.ts'

const COUNTED: readonly (readonly [FindingView['outcome'], string])[] = [
  ['failed', 'blocking'],
  ['inconclusive', 'inconclusive'],
  ['errored', 'errored'],
  ['excepted', 'excepted'],
  ['passed', 'passed'],
]

/** The answer first: the verdict, its counts, and what it rests on. */
export function VerdictHead({ verdict }: { readonly verdict: VerdictView }): ReactElement {
  const { results } = verdict
  const counts = COUNTED.map(
    ([outcome, word]) => `${results.filter((finding) => finding.outcome === outcome).length} ${word}`,
  )
  return (
    <div className={`verdict-head verdict-${verdict.verdict}`}>
      <p className="verdict-line">
        <VerdictBadge verdict={verdict.verdict} />
        <span>
          for <strong>{verdict.environment}</strong>: {counts.join(' · ')}
        </span>
        {results.some(({ isSimulated }) => isSimulated) ? <SimulatedBadge /> : null}
      </p>
      <p>{whatNow(verdict, Date.now())}</p>
      <Facts
        items={[
          ['Decided', <Instant key="decided" at={verdict.decidedAt} />],
          ['Valid until', <Instant key="valid" at={verdict.validUntil} />],
          ['Tier', verdict.tier],
          ['Author', verdict.author],
          ['Policy packs', verdict.packs.map(({ id, version }) => `${id}@${version}`).join(', ')],
          ['Ledger', `#${verdict.ledgerIndex}`],
          [
            'VSA',
            verdict.envelope === null ? 'none: this verdict neither releases nor blocks' : 'present, signed (DSSE)',
          ],
        ]}
      />
    </div>
  )
}

/** What somebody who wants this shipped does next. */
function whatNow({ verdict, approvals, results, validUntil }: VerdictView, now: number): string {
  switch (verdict) {
    case 'released':
      return validUntil <= now
        ? 'This verdict has ended, and gateways no longer serve by it: run the gate again.'
        : 'Gateways may serve this release while the verdict is valid.'
    case 'blocked':
      return approvals.isRejected && !results.some(({ outcome }) => outcome === 'failed')
        ? 'An approver rejected it: see approvals below.'
        : 'Fix the blocking findings below, or ask for an exception, then run the gate again.'
    case 'inconclusive':
      return 'Nothing failed, and not everything is shown: give the open findings below their evidence, then run the gate again.'
    case 'pending-approval':
      return `Every rule holds. It waits for people: ${approvals.agreed ?? approvals.given.length} of ${approvals.needed} approvals given.`
  }
}
