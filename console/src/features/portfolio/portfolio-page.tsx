import type { ReactElement } from 'react'
import { call } from '../../api.ts'
import { hrefOf, useScope } from '../../router.ts'
import { Badge, SimulatedBadge } from '../../ui/badge.tsx'
import { CodeText } from '../../ui/code-text.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { VerdictBadge } from '../../ui/status-badges.tsx'
import { useQuery } from '../../use-query.ts'
import type { SystemView } from '../../views.ts'
import { nextStep, type NextStep } from './next-step.ts'

const POLL_MS = 10_000
const PRESSING_RANK_MAX = 6

/** First screen: what needs somebody, then one line per system. */
export function PortfolioPage(): ReactElement {
  const scope = useScope()
  const { query, reload } = useQuery('portfolio', (signal) => call('listSystems', {}, signal), { pollMs: POLL_MS })
  return (
    <Page title="Portfolio">
      <QueryView query={query} reload={reload}>
        {({ items }) => (
          <Portfolio systems={items.filter(({ system }) => scope === null || system === scope)} scope={scope} />
        )}
      </QueryView>
    </Page>
  )
}

function Portfolio({
  systems,
  scope,
}: {
  readonly systems: readonly SystemView[]
  readonly scope: string | null
}): ReactElement {
  if (systems.length === 0)
    return (
      <Empty title={scope === null ? 'No system is known yet.' : `No system ${scope} is known.`}>
        <p>Next: run the gate in a project that has a gatehouse.yaml. Its system appears here.</p>
        <pre tabIndex={0}>gatehouse gate</pre>
      </Empty>
    )
  const now = Date.now()
  const steps = systems
    .map((view) => ({ view, step: nextStep(view, now) }))
    .toSorted((left, right) => left.step.rank - right.step.rank)
  const pressing = steps.filter(({ step }) => step.rank <= PRESSING_RANK_MAX)
  return (
    <>
      <Section id="next" title="Next">
        {pressing.length === 0 ? (
          <p>
            <Badge tone="good" icon="check" word="nothing needs you" />
          </p>
        ) : (
          <ol className="next-steps">
            {pressing.map(({ view, step }) => (
              <li key={view.system}>
                <strong>{view.system}</strong> → <StepText step={step} />
              </li>
            ))}
          </ol>
        )}
      </Section>
      <SystemsTable steps={steps} />
    </>
  )
}

function StepText({ step: { text, href } }: { readonly step: NextStep }): ReactElement {
  return href === null ? (
    <CodeText text={text} />
  ) : (
    <Link href={href}>
      <CodeText text={text} />
    </Link>
  )
}

const COLUMNS = [
  { name: 'System' },
  { name: 'Tier' },
  { name: 'Newest verdict' },
  { name: 'Open incidents', isNumeric: true },
  { name: 'Open risks', isNumeric: true },
  { name: 'Exceptions', isNumeric: true },
  { name: 'Next step' },
] as const

function SystemsTable({
  steps,
}: {
  readonly steps: readonly { readonly view: SystemView; readonly step: NextStep }[]
}): ReactElement {
  return (
    <DataTable caption="Systems" columns={COLUMNS}>
      {steps.map(({ view, step }) => (
        <tr key={view.system}>
          <th scope="row">
            <Link href={hrefOf(`/systems/${encodeURIComponent(view.system)}`, view.system)}>{view.system}</Link>
            {view.isHalted ? (
              <>
                {' '}
                <Badge tone="bad" icon="stop" word="halted" />
              </>
            ) : null}
          </th>
          <td>{view.tier ?? 'unknown'}</td>
          <td>
            <Verdict view={view} />
          </td>
          <td className="numeric">{view.openIncidents}</td>
          <td className="numeric">{view.openRisks}</td>
          <td className="numeric">{view.activeExceptions}</td>
          <td>
            <StepText step={step} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

function Verdict({ view: { newestVerdict, system } }: { readonly view: SystemView }): ReactElement {
  if (newestVerdict === null) return <VerdictBadge verdict={null} />
  return (
    <span className="verdict-cell">
      <VerdictBadge verdict={newestVerdict.verdict} />{' '}
      <Link href={hrefOf(`/releases/${encodeURIComponent(newestVerdict.releaseDigest)}`, system)}>
        v{newestVerdict.systemVersion}
      </Link>{' '}
      · {newestVerdict.environment}{' '}
      {newestVerdict.results.some(({ isSimulated }) => isSimulated) ? <SimulatedBadge /> : null}
    </span>
  )
}
