import type { ReactElement } from 'react'
import { call } from '../../api.ts'
import { duration } from '../../format.ts'
import { hrefOf, useScope } from '../../router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { IncidentBadge, SeverityBadge } from '../../ui/status-badges.tsx'
import { Instant } from '../../ui/values.tsx'
import { useQuery } from '../../use-query.ts'
import type { IncidentView } from '../../views.ts'
import { PlainText } from '../../ui/plain-text.tsx'

const POLL_MS = 10_000
const INCIDENTS_MAX = 200
const COLUMNS = [
  { name: 'Incident' },
  { name: 'Title' },
  { name: 'Severity' },
  { name: 'State' },
  { name: 'System' },
  { name: 'Detected' },
  { name: 'Time to contain' },
] as const

export function IncidentsPage(): ReactElement {
  const scope = useScope()
  const { query, reload } = useQuery(
    `incidents/${scope ?? ''}`,
    (signal) => call('listIncidents', { system: scope ?? undefined, limit: INCIDENTS_MAX }, signal),
    { pollMs: POLL_MS },
  )
  return (
    <Page title="Incidents">
      <QueryView query={query} reload={reload}>
        {({ items }) => <Incidents incidents={items} scope={scope} />}
      </QueryView>
    </Page>
  )
}

function Incidents({
  incidents,
  scope,
}: {
  readonly incidents: readonly IncidentView[]
  readonly scope: string | null
}): ReactElement {
  if (incidents.length === 0)
    return (
      <Empty title={scope === null ? 'No incident.' : `No incident of ${scope}.`}>
        <p>Monitors open one by themselves, for example on a burst of blocked injections from one principal.</p>
      </Empty>
    )
  const now = Date.now()
  const pressing = incidents.filter(({ state }) => state === 'open')
  return (
    <>
      <p className="lead">
        {pressing[0] === undefined ? (
          'No incident is uncontained.'
        ) : (
          <>
            Next: contain{' '}
            <Link href={hrefOf(`/incidents/${encodeURIComponent(pressing[0].id)}`, scope)}>{pressing[0].id}</Link>, open
            for {duration(now - pressing[0].detectedAt)}.
          </>
        )}
      </p>
      <DataTable caption="Incidents, newest first" columns={COLUMNS}>
        {incidents.map((incident) => (
          <tr key={incident.id}>
            <th scope="row">
              <Link href={hrefOf(`/incidents/${encodeURIComponent(incident.id)}`, scope)}>{incident.id}</Link>
            </th>
            <td className="prose">
              <PlainText text={incident.title} />
            </td>
            <td>
              <SeverityBadge severity={incident.severity} />
            </td>
            <td>
              <IncidentBadge state={incident.state} />
            </td>
            <td>{incident.system}</td>
            <td>
              <Instant at={incident.detectedAt} />
            </td>
            <td>
              {incident.containedAt === null
                ? `uncontained for ${duration(now - incident.detectedAt)}`
                : duration(incident.containedAt - incident.detectedAt)}
            </td>
          </tr>
        ))}
      </DataTable>
    </>
  )
}
