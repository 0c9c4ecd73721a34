import { useState, type ReactElement, type ReactNode } from 'react'
import { call } from '../api.ts'
import type { Route } from '../router.ts'
import { endSession } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { HaltBanner } from './halt-banner.tsx'
import { MainNavigation } from './main-navigation.tsx'
import { ScopeSelect } from './scope-select.tsx'
import { ShortcutDialog } from './shortcut-dialog.tsx'
import { useShortcuts } from './use-shortcuts.ts'

const SYSTEMS_POLL_MS = 15_000

/** What surrounds every page: scope, kill-switch banner, navigation. */
export function Shell({ route, children }: { readonly route: Route; readonly children: ReactNode }): ReactElement {
  const [isHelpOpen, setHelpOpen] = useState(false)
  const { query } = useQuery('shell/systems', (signal) => call('listSystems', {}, signal), { pollMs: SYSTEMS_POLL_MS })
  const systems = query.state === 'ready' ? query.value.items.map(({ system }) => system) : []
  useShortcuts({ onHelp: () => setHelpOpen(true) })
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="top-bar">
        <p className="brand">Gatehouse</p>
        <ScopeSelect systems={systems} route={route} />
        <div className="top-actions">
          <button type="button" className="quiet" onClick={() => setHelpOpen(true)}>
            Keys
          </button>
          <button type="button" className="quiet" onClick={() => void endSession()}>
            Sign out
          </button>
        </div>
      </header>
      <HaltBanner />
      <div className="frame">
        <MainNavigation route={route} />
        <main id="main">{children}</main>
      </div>
      {isHelpOpen ? <ShortcutDialog onClose={() => setHelpOpen(false)} /> : null}
    </>
  )
}
