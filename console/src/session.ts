import { useSyncExternalStore } from 'react'
import { call, onUnauthenticated, signIn, signOut, type ApiProblem } from './api.ts'

export type Session =
  | { readonly state: 'checking' | 'signed-in' }
  | { readonly state: 'signed-out'; readonly problem: ApiProblem | undefined }

let session: Session = { state: 'checking' }
const listeners = new Set<() => void>()

function become(next: Session): void {
  session = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => session)
}

/** Where a sign-in at the identity provider begins: the browser goes there and comes back. */
export const PROVIDER_SIGN_IN = '/api/v1/sign-in'

const PROBLEM = /^#sign-in-problem=(http\/[a-z-]{1,40})$/
const LOGIN = /^#login=([\w-]{1,199})$/

/** The token of a login link, or of the bare token. */
export function tokenOf(text: string): string | undefined {
  const trimmed = text.trim()
  const at = trimmed.indexOf('#')
  return at < 0 ? /^[\w-]{1,199}$/.exec(trimmed)?.[0] : LOGIN.exec(trimmed.slice(at))?.[1]
}

export async function startSession(token: string): Promise<void> {
  const result = await signIn(token)
  // A link that is used up does no harm to a browser that is signed in already.
  const isKnown = result.ok || (await call('listDenies', { limit: 1 })).ok
  become(isKnown ? { state: 'signed-in' } : { state: 'signed-out', problem: result.ok ? undefined : result.failure })
}

export async function endSession(): Promise<void> {
  await signOut()
  become({ state: 'signed-out', problem: undefined })
}

/** Uses the login link that the page was opened with, or the cookie that the browser has. Runs once per page. */
export function openSession(): void {
  const refused = refusedSignIn()
  onUnauthenticated(() => {
    if (session.state !== 'signed-out')
      become({ state: 'signed-out', problem: session.state === 'checking' ? refused : undefined })
  })
  window.addEventListener('hashchange', () => void redeemFragment())
  void redeemFragment().then(async (isRedeemed) => {
    if (isRedeemed) return
    const result = await call('listDenies', { limit: 1 })
    if (result.ok) become({ state: 'signed-in' })
    else if (session.state === 'checking') become({ state: 'signed-out', problem: result.failure })
  })
}

/** What the identity provider's sign-in came back with, once. */
function refusedSignIn(): ApiProblem | undefined {
  const code = PROBLEM.exec(window.location.hash)?.[1]
  if (code === undefined) return undefined
  window.history.replaceState(null, '', window.location.pathname + window.location.search)
  return {
    status: 401,
    code,
    message: 'the sign-in at the identity provider did not succeed',
    next: 'try again; if it goes on, ask an admin of this server whether your account has a role here',
  }
}

/** SECURITY: the token leaves the address bar and the history before it is used. */
async function redeemFragment(): Promise<boolean> {
  const token = LOGIN.exec(window.location.hash)?.[1]
  if (token === undefined) return false
  window.history.replaceState(null, '', window.location.pathname + window.location.search)
  await startSession(token)
  return true
}
