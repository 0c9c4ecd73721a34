import type { Route } from '../router.ts'

export interface MainPage {
  readonly path: string
  readonly name: string
  /** The letter after `g`. */
  readonly letter: string
  readonly screens: readonly Route['screen'][]
}

export const MAIN_PAGES: readonly MainPage[] = [
  { path: '/', name: 'Portfolio', letter: 'p', screens: ['portfolio', 'system', 'release'] },
  { path: '/decisions', name: 'Decisions', letter: 'd', screens: ['decisions'] },
  { path: '/incidents', name: 'Incidents', letter: 'i', screens: ['incidents', 'incident'] },
  { path: '/kpis', name: 'KPIs', letter: 'k', screens: ['kpis'] },
  { path: '/ledger', name: 'Ledger', letter: 'l', screens: ['ledger'] },
]
