import type { ReactElement } from 'react'
import { hrefOf, navigate, setQuery, useScope, type Route } from '../router.ts'

/** Which system the pages speak of; kept in the URL. */
export function ScopeSelect({
  systems,
  route,
}: {
  readonly systems: readonly string[]
  readonly route: Route
}): ReactElement {
  const inQuery = useScope()
  const scope = route.screen === 'system' ? route.system : inQuery
  const choose = (system: string | null): void => {
    if (route.screen === 'system' || route.screen === 'release')
      navigate(system === null ? '/' : hrefOf(`/systems/${encodeURIComponent(system)}`, system))
    else if (route.screen === 'incident') navigate(hrefOf('/incidents', system))
    else setQuery({ system })
  }
  // A system that the address names is shown even while the list is on its way, or when it is not known.
  const names = scope === null || systems.includes(scope) ? systems : [scope, ...systems]
  return (
    <div className="scope">
      <label htmlFor="scope">System</label>
      <select
        id="scope"
        value={scope ?? ''}
        onChange={({ target }) => choose(target.value === '' ? null : target.value)}
      >
        <option value="">All systems</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
