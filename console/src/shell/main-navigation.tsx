import type { ReactElement } from 'react'
import { hrefOf, useScope, type Route } from '../router.ts'
import { Link } from '../ui/link.tsx'
import { MAIN_PAGES } from './pages.ts'

export function MainNavigation({ route }: { readonly route: Route }): ReactElement {
  const scope = useScope()
  return (
    <nav className="main-nav" aria-label="Main">
      <ul>
        {MAIN_PAGES.map(({ path, name, screens }) => (
          <li key={path}>
            <Link
              href={hrefOf(path, scope)}
              current={route.screen === screens[0] ? 'page' : screens.includes(route.screen) ? 'true' : undefined}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
