import type { ReactElement } from 'react'
import type { Kpi } from '../../../../src/domain/kpi/kpi.ts'
import { call } from '../../api.ts'
import { figure } from '../../format.ts'
import { setQuery, useScope } from '../../router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { useQuery } from '../../use-query.ts'

/** Key figures, each with its sample. */
export function KpisPage(): ReactElement {
  const scope = useScope()
  return (
    <Page title="KPIs" lead="Every figure says how many cases it rests on. No data is neither 0 nor 100%.">
      {scope === null ? <AllSystems /> : <SystemKpis system={scope} />}
    </Page>
  )
}

const SECTIONS_MAX = 5

function AllSystems(): ReactElement {
  const { query, reload } = useQuery('kpis/systems', (signal) => call('listSystems', {}, signal))
  return (
    <QueryView query={query} reload={reload}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No system is known yet.">
            <p>Next: run the gate in a project that has a gatehouse.yaml.</p>
          </Empty>
        ) : items.length > SECTIONS_MAX ? (
          <Empty title="Choose a system.">
            <p className="actions">
              {items.map(({ system }) => (
                <button key={system} type="button" onClick={() => setQuery({ system })}>
                  {system}
                </button>
              ))}
            </p>
          </Empty>
        ) : (
          items.map(({ system }) => (
            <Section key={system} id={`kpis-${system}`} title={system}>
              <SystemKpis system={system} />
            </Section>
          ))
        )
      }
    </QueryView>
  )
}

const COLUMNS = [
  { name: 'Figure' },
  { name: 'Value', isNumeric: true },
  { name: '95% interval', isNumeric: true },
  { name: 'n', isNumeric: true },
  { name: 'Source' },
] as const

function SystemKpis({ system }: { readonly system: string }): ReactElement {
  const { query, reload } = useQuery(`kpis/${system}`, (signal) => call('listKpis', { system }, signal))
  return (
    <QueryView query={query} reload={reload}>
      {({ items }) => (
        <DataTable caption={`Key figures of ${system}`} columns={COLUMNS}>
          {items.map((kpi) => (
            <tr key={kpi.id}>
              <th scope="row">{kpi.name}</th>
              <td className="numeric">{kpi.value === null ? 'no data' : figure(kpi.value, kpi.unit)}</td>
              <td className="numeric">{intervalText(kpi)}</td>
              <td className="numeric">{kpi.n}</td>
              <td>{kpi.source}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </QueryView>
  )
}

function intervalText({ low, high, unit }: Kpi): string {
  return low === null || high === null ? '–' : `${figure(low, unit)} to ${figure(high, unit)}`
}
