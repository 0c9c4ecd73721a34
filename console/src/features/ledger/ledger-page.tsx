import type { ReactElement } from 'react'
import { call } from '../../api.ts'
import { plural } from '../../format.ts'
import { Badge } from '../../ui/badge.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { Instant } from '../../ui/values.tsx'
import { useQuery } from '../../use-query.ts'
import type { GatewayView } from '../../views.ts'
import { PackBuilder } from './pack-builder.tsx'

const POLL_MS = 5_000

/** What is written down, who is connected, and what an auditor takes away. */
export function LedgerPage(): ReactElement {
  const { query, reload } = useQuery('ledger', (signal) => call('getLedger', {}, signal), { pollMs: POLL_MS })
  return (
    <Page title="Ledger and evidence">
      <QueryView query={query} reload={reload}>
        {({ size, checkpoint, gateways }) => (
          <>
            <p className="lead">
              {plural(size, 'entry', 'entries')}. Anyone who kept an earlier checkpoint can prove that nothing before it
              was changed.
            </p>
            <Section id="pack" title="Evidence pack">
              <PackBuilder />
            </Section>
            <Section id="checkpoint" title="Newest signed checkpoint">
              <pre tabIndex={0}>{checkpoint}</pre>
            </Section>
            <Section id="gateways" title="Connected gateways">
              <Gateways gateways={gateways} />
            </Section>
          </>
        )}
      </QueryView>
    </Page>
  )
}

const COLUMNS = [
  { name: 'Gateway' },
  { name: 'Bundle' },
  { name: 'Revision', isNumeric: true },
  { name: 'Last heard' },
] as const

function Gateways({ gateways }: { readonly gateways: readonly GatewayView[] }): ReactElement {
  if (gateways.length === 0)
    return (
      <Empty title="No gateway is connected.">
        <p>Gateways that were heard within the last minute appear here.</p>
      </Empty>
    )
  return (
    <DataTable caption="Gateways heard within the last minute" columns={COLUMNS}>
      {gateways.map(({ gateway, revision, at, isCurrent }) => (
        <tr key={gateway}>
          <th scope="row">{gateway}</th>
          <td>
            {isCurrent ? (
              <Badge tone="good" icon="check" word="current" />
            ) : (
              <Badge tone="warn" icon="clock" word="behind" />
            )}
          </td>
          <td className="numeric">{revision}</td>
          <td>
            <Instant at={at} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
