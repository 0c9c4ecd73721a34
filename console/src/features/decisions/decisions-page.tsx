import { useEffect, useRef, useState, type ReactElement } from 'react'
import { call } from '../../api.ts'
import { plural } from '../../format.ts'
import { setQuery, useLocation } from '../../router.ts'
import { announce } from '../../ui/announcer.tsx'
import { Page } from '../../ui/page.tsx'
import { QueryView } from '../../ui/query-view.tsx'
import { useQuery } from '../../use-query.ts'
import type { DecisionView } from '../../views.ts'
import { DecisionsTable } from './decisions-table.tsx'

const POLL_MS = 2_000
const PAGE_SIZE = 100
const LIMIT_MAX = 1_000
const STATUSES: readonly DecisionView['status'][] = [
  'denied',
  'completed',
  'upstream-failed',
  'client-gone',
  'unknown',
  'open',
]

/** What the guard decided, live, newest first. */
export function DecisionsPage(): ReactElement {
  const { query: fields } = useLocation()
  const system = fields.get('system') ?? undefined
  const status = STATUSES.find((known) => known === fields.get('outcome'))
  const [isLive, setLive] = useState(true)
  const [limit, setLimit] = useState(PAGE_SIZE)
  const { query, reload } = useQuery(
    `decisions/${system ?? ''}/${status ?? ''}/${limit}`,
    (signal) => call('listDecisions', { system, status, limit }, signal),
    { pollMs: isLive ? POLL_MS : undefined },
  )
  useNewDecisions(query.state === 'ready' ? query.value.items : undefined)
  return (
    <Page title="Guard decisions">
      <div className="toolbar">
        <div className="field-row">
          <label htmlFor="outcome">Outcome</label>
          <select
            id="outcome"
            value={status ?? ''}
            onChange={({ target }) => setQuery({ outcome: target.value === '' ? null : target.value })}
          >
            <option value="">All outcomes</option>
            {STATUSES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button type="button" aria-pressed={!isLive} onClick={() => setLive(!isLive)}>
          {isLive ? 'Pause' : 'Paused: resume'}
        </button>
        <p className="muted">
          {isLive ? 'Live: every 2 s while this page is visible.' : 'Paused: nothing changes until you resume.'}
        </p>
      </div>
      <QueryView query={query} reload={reload}>
        {({ items }) => (
          <>
            <DecisionsTable decisions={items} isFiltered={status !== undefined || system !== undefined} />
            {items.length < limit || limit >= LIMIT_MAX ? null : (
              <p>
                <button type="button" onClick={() => setLimit(Math.min(LIMIT_MAX, limit + PAGE_SIZE))}>
                  Show older
                </button>
              </p>
            )}
          </>
        )}
      </QueryView>
    </Page>
  )
}

/** Tells readers how many came in since the last look; the first look is not news. */
function useNewDecisions(items: readonly DecisionView[] | undefined): void {
  const newestAt = useRef<number>(undefined)
  useEffect(() => {
    if (items === undefined) return
    const before = newestAt.current
    newestAt.current = items[0]?.at ?? 0
    if (before === undefined) return
    const count = items.filter(({ at }) => at > before).length
    if (count > 0) announce(`${plural(count, 'new decision')}`)
  }, [items])
}
