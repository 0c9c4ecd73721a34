import type { ReactElement } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/query-view.tsx'
import { Instant } from '../../ui/values.tsx'
import type { ReleaseView } from '../../views.ts'
import { PlainText } from '../../ui/plain-text.tsx'

const APPROVAL_COLUMNS = [
  { name: 'Who' },
  { name: 'As' },
  { name: 'Environment' },
  { name: 'Decision' },
  { name: 'Comment' },
  { name: 'When' },
] as const

export function ApprovalsTable({ approvals }: Pick<ReleaseView, 'approvals'>): ReactElement {
  if (approvals.length === 0)
    return (
      <Empty title="Nobody has approved or rejected this release.">
        <p>The author cannot. Outside the local environment, tier T1 needs two people of two roles, T2 one.</p>
      </Empty>
    )
  return (
    <DataTable caption="Approvals, newest first" columns={APPROVAL_COLUMNS}>
      {approvals.map((approval) => (
        <tr key={approval.id}>
          <th scope="row">{approval.principal}</th>
          <td>{approval.role}</td>
          <td>{approval.environment}</td>
          <td>
            {approval.decision === 'approve' ? (
              <Badge tone="good" icon="check" word="approved" />
            ) : (
              <Badge tone="bad" icon="cross" word="rejected" />
            )}
          </td>
          <td className="prose">
            <PlainText text={approval.comment === '' ? '–' : approval.comment} />
          </td>
          <td>
            <Instant at={approval.at} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

const EXCEPTION_COLUMNS = [
  { name: 'Exception' },
  { name: 'Rule' },
  { name: 'State' },
  { name: 'Reason' },
  { name: 'Risk accepted by' },
  { name: 'While this holds' },
  { name: 'Ends' },
] as const

export function ExceptionsTable({ exceptions }: Pick<ReleaseView, 'exceptions'>): ReactElement {
  if (exceptions.length === 0) return <Empty title="No exception was asked for." />
  const now = Date.now()
  return (
    <DataTable caption="Exceptions of this release" columns={EXCEPTION_COLUMNS}>
      {exceptions.map((exception) => (
        <tr key={exception.id}>
          <th scope="row">{exception.id}</th>
          <td>
            <code>{exception.ruleId}</code>
          </td>
          <td>
            {exception.status === 'approved' && exception.expiresAt <= now ? 'lapsed: expired' : exception.status}
          </td>
          <td className="prose">
            <PlainText text={exception.reason} />
          </td>
          <td>{exception.riskAcceptedBy}</td>
          <td>
            <code>{exception.compensatingRule}</code>
          </td>
          <td>
            <Instant at={exception.expiresAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
