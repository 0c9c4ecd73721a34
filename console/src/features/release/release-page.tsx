import type { ReactElement } from 'react'
import { call } from '../../api.ts'
import { hrefOf, setQuery, useLocation } from '../../router.ts'
import { Link } from '../../ui/link.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { useQuery } from '../../use-query.ts'
import { dateTime } from '../../format.ts'
import type { ReleaseView, VerdictView } from '../../views.ts'
import { EvidenceTable } from './evidence-table.tsx'
import { FindingList } from './finding-list.tsx'
import { ApprovalsTable, ExceptionsTable } from './people-tables.tsx'
import { VerdictHead } from './verdict-head.tsx'

const POLL_MS = 15_000

/** A release, why it is or is not released, and everything that this rests on. */
export function ReleasePage({ digest }: { readonly digest: string }): ReactElement {
  const { query, reload } = useQuery(`release/${digest}`, (signal) => call('getRelease', { digest }, signal), {
    pollMs: POLL_MS,
  })
  const title = query.state === 'ready' ? `${query.value.system} v${query.value.release.version}` : 'Release'
  return (
    <Page title={title}>
      <QueryView query={query} reload={reload}>
        {(view) => <Release view={view} />}
      </QueryView>
    </Page>
  )
}

function Release({ view }: { readonly view: ReleaseView }): ReactElement {
  const { query } = useLocation()
  const chosen = view.verdicts.find(({ id }) => id === query.get('verdict')) ?? view.verdicts[0]
  return (
    <>
      <p className="lead">
        Release of <Link href={hrefOf(`/systems/${encodeURIComponent(view.system)}`, view.system)}>{view.system}</Link>,
        ledger #{view.release.ledgerIndex}
        <br />
        <code className="digest">{view.release.digest}</code>
      </p>
      {chosen === undefined ? (
        <Empty title="Not decided yet.">
          <p>Next: run the gate on this release.</p>
          <pre tabIndex={0}>gatehouse gate</pre>
        </Empty>
      ) : (
        <>
          {view.verdicts.length > 1 ? <VerdictSelect verdicts={view.verdicts} chosen={chosen} /> : null}
          <VerdictHead verdict={chosen} />
          <Section id="findings" title="Findings">
            <FindingList verdict={chosen} />
          </Section>
        </>
      )}
      <Section id="evidence" title="Evidence">
        <EvidenceTable evidence={view.evidence} />
      </Section>
      <Section id="approvals" title="Approvals">
        <ApprovalsTable approvals={view.approvals} />
      </Section>
      <Section id="exceptions" title="Exceptions">
        <ExceptionsTable exceptions={view.exceptions} />
      </Section>
    </>
  )
}

function VerdictSelect({
  verdicts,
  chosen,
}: {
  readonly verdicts: readonly VerdictView[]
  readonly chosen: VerdictView
}): ReactElement {
  return (
    <p className="field-row">
      <label htmlFor="verdict">Verdict</label>
      <select id="verdict" value={chosen.id} onChange={({ target }) => setQuery({ verdict: target.value })}>
        {verdicts.map(({ id, verdict, environment, decidedAt }, index) => (
          <option key={id} value={id}>
            {`${dateTime(decidedAt)} · ${environment} · ${verdict}${index === 0 ? ' (newest)' : ''}`}
          </option>
        ))}
      </select>
    </p>
  )
}
