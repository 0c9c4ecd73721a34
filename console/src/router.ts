import { useSyncExternalStore } from 'react'

/** The page that a path names. Everything that a reload must bring back is in the URL. */
export type Route =
  | { readonly screen: 'portfolio' | 'decisions' | 'incidents' | 'kpis' | 'ledger' | 'unknown' }
  | { readonly screen: 'system'; readonly system: string }
  | { readonly screen: 'release'; readonly digest: string }
  | { readonly screen: 'incident'; readonly id: string }

const LISTS = new Map<string, Route>([
  ['', { screen: 'portfolio' }],
  ['decisions', { screen: 'decisions' }],
  ['incidents', { screen: 'incidents' }],
  ['kpis', { screen: 'kpis' }],
  ['ledger', { screen: 'ledger' }],
])

export function routeOf(path: string): Route {
  const [head = '', tail, ...rest] = path.slice(1).split('/').map(decoded)
  if (rest.length > 0) return { screen: 'unknown' }
  if (tail === undefined || tail === '') return LISTS.get(head) ?? { screen: 'unknown' }
  if (head === 'systems') return { screen: 'system', system: tail }
  if (head === 'releases') return { screen: 'release', digest: tail }
  if (head === 'incidents') return { screen: 'incident', id: tail }
  return { screen: 'unknown' }
}

/** A part that is not valid percent-encoding stays as it is, and names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}

const listeners = new Set<() => void>()
const notify = (): void => {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', notify)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener('popstate', notify)
  }
}

/** Path and query of the page, as React state. */
export function useLocation(): { readonly path: string; readonly query: URLSearchParams } {
  const text = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search)
  const [path = '/', query = ''] = text.split('?')
  return { path, query: new URLSearchParams(query) }
}

export function navigate(href: string): void {
  if (href !== window.location.pathname + window.location.search) window.history.pushState(null, '', href)
  notify()
}

/** Changes query fields of this page without a step in the history; null removes a field. */
export function setQuery(fields: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(window.location.search)
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  window.history.replaceState(null, '', window.location.pathname + (text === '' ? '' : `?${text}`))
  notify()
}

/** A link to a page, in the scope of a system when one is chosen. */
export function hrefOf(path: string, scope: string | null): string {
  return scope === null ? path : `${path}?system=${encodeURIComponent(scope)}`
}

/** The chosen system, from the query of the page. */
export function useScope(): string | null {
  return useLocation().query.get('system')
}
