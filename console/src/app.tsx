import type { ReactElement } from 'react'
import { DecisionsPage } from './features/decisions/decisions-page.tsx'
import { IncidentPage } from './features/incidents/incident-page.tsx'
import { IncidentsPage } from './features/incidents/incidents-page.tsx'
import { KpisPage } from './features/kpis/kpis-page.tsx'
import { LedgerPage } from './features/ledger/ledger-page.tsx'
import { PortfolioPage } from './features/portfolio/portfolio-page.tsx'
import { ReleasePage } from './features/release/release-page.tsx'
import { SignInPage } from './features/sign-in/sign-in-page.tsx'
import { SystemPage } from './features/system/system-page.tsx'
import { routeOf, useLocation, type Route } from './router.ts'
import { useSession } from './session.ts'
import { Shell } from './shell/shell.tsx'
import { Link } from './ui/link.tsx'
import { Page } from './ui/page.tsx'
import { Announcer } from './ui/announcer.tsx'

export function App(): ReactElement {
  const session = useSession()
  const { path } = useLocation()
  const route = routeOf(path)
  return (
    <>
      <Announcer />
      {session.state === 'checking' ? (
        <p className="loading" role="status">
          Signing in…
        </p>
      ) : session.state === 'signed-out' ? (
        <SignInPage problem={session.problem} />
      ) : (
        <Shell route={route}>
          <Screen key={path} route={route} />
        </Shell>
      )}
    </>
  )
}

function Screen({ route }: { readonly route: Route }): ReactElement {
  switch (route.screen) {
    case 'portfolio':
      return <PortfolioPage />
    case 'system':
      return <SystemPage system={route.system} />
    case 'release':
      return <ReleasePage digest={route.digest} />
    case 'decisions':
      return <DecisionsPage />
    case 'incidents':
      return <IncidentsPage />
    case 'incident':
      return <IncidentPage id={route.id} />
    case 'kpis':
      return <KpisPage />
    case 'ledger':
      return <LedgerPage />
    case 'unknown':
      return (
        <Page title="No such page">
          <p>
            Nothing lies at this address. Go to the <Link href="/">portfolio</Link>.
          </p>
        </Page>
      )
  }
}
