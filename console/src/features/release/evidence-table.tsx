import type { ReactElement } from 'react'
import { SimulatedBadge } from '../../ui/badge.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/query-view.tsx'
import { OutcomeBadge } from '../../ui/status-badges.tsx'
import { Instant } from '../../ui/values.tsx'
import type { ReleaseView } from '../../views.ts'
import { PlainText } from '../../ui/plain-text.tsx'

const COLUMNS = [
  { name: 'Check' },
  { name: 'Outcome' },
  { name: 'Summary' },
  { name: 'Finished' },
  { name: 'Ledger', isNumeric: true },
] as const

export function EvidenceTable({ evidence }: Pick<ReleaseView, 'evidence'>): ReactElement {
  if (evidence.length === 0) return <Empty title="Not evidenced: no check has run on this release." />
  return (
    <DataTable caption="Evidence, newest first" columns={COLUMNS}>
      {evidence.map((item) => (
        <tr key={item.id}>
          <th scope="row">
            <code>{item.checkId}</code>
          </th>
          <td>
            <span className="badges">
              <OutcomeBadge outcome={item.outcome} />
              {item.isSimulated ? <SimulatedBadge /> : null}
            </span>
          </td>
          <td className="prose">
            <PlainText text={item.summary} />
          </td>
          <td>
            <Instant at={item.finishedAt} />
          </td>
          <td className="numeric">#{item.ledgerIndex}</td>
        </tr>
      ))}
    </DataTable>
  )
}
