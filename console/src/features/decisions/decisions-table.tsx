import type { ReactElement } from 'react'
import { setQuery, useLocation } from '../../router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/query-view.tsx'
import { DecisionBadge } from '../../ui/status-badges.tsx'
import { Instant, ShortDigest } from '../../ui/values.tsx'
import type { DecisionView } from '../../views.ts'
import { DecisionDetail } from './decision-detail.tsx'

const COLUMNS = [
  { name: 'Time' },
  { name: 'Outcome' },
  { name: 'Code' },
  { name: 'Rule' },
  { name: 'Score', isNumeric: true },
  { name: 'Tools' },
  { name: 'Tenant' },
  { name: 'Release' },
  { name: 'Guard', isNumeric: true },
] as const

export function DecisionsTable({
  decisions,
  isFiltered,
}: {
  readonly decisions: readonly DecisionView[]
  readonly isFiltered: boolean
}): ReactElement {
  const { query } = useLocation()
  const opened = query.get('decision')
  if (decisions.length === 0)
    return (
      <Empty title={isFiltered ? 'No decision matches.' : 'No gateway has sent a decision yet.'}>
        <p>
          {isFiltered
            ? 'Choose all outcomes, or all systems.'
            : 'Next: start a gateway and send it a request. Decisions arrive when it seals its spool, within seconds.'}
        </p>
      </Empty>
    )
  return (
    <DataTable caption="Decisions, newest first" columns={COLUMNS}>
      {decisions.map((decision) => (
        <Row key={decision.id} decision={decision} isOpen={decision.id === opened} />
      ))}
    </DataTable>
  )
}

function Row({ decision, isOpen }: { readonly decision: DecisionView; readonly isOpen: boolean }): ReactElement {
  const { id, at, status, intent, outcome } = decision
  return (
    <>
      <tr className={isOpen ? 'is-open' : undefined}>
        <th scope="row">
          <button
            type="button"
            className="quiet row-toggle"
            aria-expanded={isOpen}
            aria-controls={`decision-${id}`}
            onClick={() => setQuery({ decision: isOpen ? null : id })}
          >
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> <Instant at={at} isShort />
          </button>
        </th>
        <td>
          <DecisionBadge status={status} />
        </td>
        <td>
          <CodeOrNone text={outcome?.code} />
        </td>
        <td>
          <CodeOrNone text={outcome?.rule} />
        </td>
        <td className="numeric">{intent.score.toFixed(2)}</td>
        <td>{toolsText(outcome?.tools ?? [])}</td>
        <td>{intent.tenant ?? '–'}</td>
        <td>{intent.releaseDigest === null ? 'none' : <ShortDigest digest={intent.releaseDigest} />}</td>
        <td className="numeric">{outcome === undefined ? '–' : `${outcome.guardMs.toFixed(2)} ms`}</td>
      </tr>
      {isOpen ? (
        <tr className="detail-row" id={`decision-${id}`}>
          <td colSpan={COLUMNS.length}>
            <DecisionDetail decision={decision} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

function toolsText(tools: readonly { readonly tool: string; readonly decision: string }[]): string {
  return tools.length === 0 ? '–' : tools.map(({ tool, decision }) => `${tool}: ${decision}`).join(', ')
}

function CodeOrNone({ text }: { readonly text: string | null | undefined }): ReactElement {
  return typeof text === 'string' ? <code>{text}</code> : <>–</>
}
