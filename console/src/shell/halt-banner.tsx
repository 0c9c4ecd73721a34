import { useEffect, useState, type ReactElement } from 'react'
import { call } from '../api.ts'
import { plural } from '../format.ts'
import { announce } from '../ui/announcer.tsx'
import { Icon } from '../ui/icon.tsx'
import { Instant } from '../ui/values.tsx'
import { ProblemNotice } from '../ui/query-view.tsx'
import { useFocusRescue } from '../ui/use-focus-rescue.ts'
import { useQuery } from '../use-query.ts'
import type { DenyView } from '../views.ts'
import { activeDenies, scopeText } from './active-denies.ts'
import { onDeniesChanged } from './denies-changed.ts'
import { LiftDialog } from './lift-dialog.tsx'
import { PlainText } from '../ui/plain-text.tsx'

const DENIES_POLL_MS = 5_000
const DENIES_MAX = 1_000
const SHOWN_MAX = 3

/** Stands on every page while any kill switch is on. */
export function HaltBanner(): ReactElement | null {
  const [lifting, setLifting] = useState<DenyView>()
  const { query, reload } = useQuery('shell/denies', (signal) => call('listDenies', { limit: DENIES_MAX }, signal), {
    pollMs: DENIES_POLL_MS,
  })
  useEffect(() => onDeniesChanged(reload), [reload])
  const active = query.state === 'ready' ? activeDenies(query.value.items) : []
  const count = active.length
  useEffect(() => {
    if (count > 0) announce(`${plural(count, 'kill switch is', 'kill switches are')} on`)
  }, [count])
  useFocusRescue(count)
  // Not knowing is not the same as nothing being halted.
  if (query.state === 'failed')
    return (
      <ProblemNotice
        problem={{ ...query.problem, message: `kill switches cannot be read: ${query.problem.message}` }}
        onRetry={reload}
      />
    )
  if (count === 0) return null
  return (
    <section className="halt-banner" aria-label="Kill switches that are on">
      <ul>
        {active.slice(0, SHOWN_MAX).map((deny) => (
          <li key={deny.id}>
            <Icon name="stop" />
            <span>
              <strong>Kill switch on: {scopeText(deny)}</strong> — <PlainText text={deny.reason} /> ({deny.issuedBy},{' '}
              <Instant at={deny.issuedAt} />)
            </span>
            <button type="button" onClick={() => setLifting(deny)}>
              Lift…
            </button>
          </li>
        ))}
      </ul>
      {count > SHOWN_MAX ? <p>and {count - SHOWN_MAX} more: gatehouse kill list</p> : null}
      {lifting === undefined ? null : <LiftDialog deny={lifting} onClose={() => setLifting(undefined)} />}
    </section>
  )
}
