import { useState, type ReactElement } from 'react'
import { call } from '../../api.ts'
import { hrefOf } from '../../router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { SeverityBadge } from '../../ui/status-badges.tsx'
import { Instant } from '../../ui/values.tsx'
import { useQuery } from '../../use-query.ts'
import type { RiskView } from '../../views.ts'
import { ReleasesTable } from './releases-table.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import { KillDialog } from '../kill-switch/kill-dialog.tsx'

const RISKS_MAX = 200

/** One system: its releases with their verdicts, and the risks that are open. */
export function SystemPage({ system }: { readonly system: string }): ReactElement {
  const [isKilling, setKilling] = useState(false)
  const risks = useQuery(`risks/${system}`, (signal) => call('listRisks', { system, limit: RISKS_MAX }, signal))
  return (
    <Page
      title={system}
      lead={
        <>
          See its <Link href={hrefOf('/decisions', system)}>guard decisions</Link>,{' '}
          <Link href={hrefOf('/incidents', system)}>incidents</Link> and{' '}
          <Link href={hrefOf('/kpis', system)}>KPIs</Link>.
        </>
      }
    >
      <div className="actions">
        <button type="button" className="danger" onClick={() => setKilling(true)}>
          Kill switch…
        </button>
      </div>
      {isKilling ? <KillDialog system={system} onClose={() => setKilling(false)} /> : null}
      <Section id="releases" title="Releases">
        <ReleasesTable system={system} />
      </Section>
      <Section id="risks" title="Open and accepted risks">
        <QueryView query={risks.query} reload={risks.reload}>
          {({ items }) => <RisksTable risks={items.filter(({ treatment }) => treatment !== 'mitigated')} />}
        </QueryView>
      </Section>
    </Page>
  )
}

const COLUMNS = [
  { name: 'Risk' },
  { name: 'Severity' },
  { name: 'Treatment' },
  { name: 'From' },
  { name: 'Owner' },
  { name: 'Due' },
] as const

function RisksTable({ risks }: { readonly risks: readonly RiskView[] }): ReactElement {
  if (risks.length === 0) return <Empty title="No risk is open: every rule that was checked holds." />
  return (
    <DataTable caption="Risks that are not mitigated" columns={COLUMNS}>
      {risks.map((risk) => (
        <tr key={risk.id}>
          <th scope="row" className="prose">
            <PlainText text={risk.title} />
          </th>
          <td>
            <SeverityBadge severity={risk.severity} />
          </td>
          <td>{risk.acceptedBy === null ? risk.treatment : `${risk.treatment} by ${risk.acceptedBy}`}</td>
          <td>{risk.source}</td>
          <td>{risk.owner}</td>
          <td>
            <Instant at={risk.dueAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
