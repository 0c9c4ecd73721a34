import { HOUR_MS, MINUTE_MS, SECOND_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { SESSION_REVOKED_ENTRY, SESSION_STARTED_ENTRY } from '../state/entry-types.ts'
import type { Principal } from '../state/owner-node.ts'
import { secretHash, type IdentityNode } from './identity-node.ts'
import type { StoredSession } from './identity-store.ts'

export const SESSION_IDLE_MS = 2 * HOUR_MS
export const SESSION_LIFE_MS = 12 * HOUR_MS
/** A cookie is exchanged this often: one that was copied is of use for a short time only. */
const ROTATE_AFTER_MS = 15 * MINUTE_MS
/** Requests that were under way when the cookie changed still carry the old one. */
const ROTATION_GRACE_MS = MINUTE_MS
const TOUCH_AFTER_MS = 30 * SECOND_MS
const SESSIONS_PER_PERSON_MAX = 50
const LISTED_MAX = 1_000

export type SignInMethod = 'link' | 'oidc' | 'command-line'

/** Begins a session for who has proven their name. Only the token's hash is kept. */
export async function startSession(
  node: IdentityNode,
  person: { readonly name: string; readonly roles: readonly string[] },
  by: { readonly method: SignInMethod; readonly client: string },
): Promise<Result<string, Problem>> {
  const now = node.clock()
  const { sessions } = node.identity
  await sessions.removeStale({ createdBefore: back(now, SESSION_LIFE_MS), usedBefore: back(now, SESSION_IDLE_MS) })
  for (const old of (await sessions.list(person.name, LISTED_MAX)).slice(SESSIONS_PER_PERSON_MAX - 1))
    await sessions.remove(old.id)
  const id = node.newId()
  const recorded = await node.recorder.append({
    type: SESSION_STARTED_ENTRY,
    actor: person.name,
    releaseDigest: null,
    payload: { session: id, name: person.name, roles: [...person.roles], method: by.method },
  })
  if (!recorded.ok) return recorded
  const token = node.newSecret()
  await sessions.insert({
    id,
    tokenHash: secretHash(node.sha256, token),
    previousHash: null,
    previousUntil: null,
    name: person.name,
    roles: person.roles,
    method: by.method,
    client: by.client.slice(0, 200),
    createdAt: now,
    usedAt: now,
    rotatedAt: now,
  })
  return ok(token)
}

const back = (now: EpochMs, ms: number): EpochMs => epochMs(Math.max(0, now - ms))

export interface HeldSession {
  readonly principal: Principal
  /** The token to use from now on, where it was exchanged. */
  readonly rotatedTo: string | undefined
}

/** Who a token is. A token that was exchanged and comes back after the grace was copied: the session ends for both. */
export async function sessionPrincipal(
  node: IdentityNode,
  token: string,
  options: { readonly mayRotate: boolean },
): Promise<HeldSession | undefined> {
  const hash = secretHash(node.sha256, token)
  const { sessions } = node.identity
  const held = await sessions.find(hash)
  if (held === undefined) return undefined
  const now = node.clock()
  const isOld = held.tokenHash !== hash
  const isReplay = isOld && (held.previousUntil === null || held.previousUntil <= now)
  if (isReplay || hasEnded(held, now)) {
    await sessions.remove(held.id)
    return undefined
  }
  let rotatedTo: string | undefined
  if (options.mayRotate && !isOld && now - held.rotatedAt >= ROTATE_AFTER_MS) {
    const next = node.newSecret()
    const at = { now, previousUntil: epochMs(now + ROTATION_GRACE_MS) }
    if (await sessions.rotate(held.id, hash, secretHash(node.sha256, next), at)) rotatedTo = next
  } else if (now - held.usedAt >= TOUCH_AFTER_MS) await sessions.touch(held.id, now)
  return {
    principal: { name: held.name, roles: held.roles, credential: { kind: 'session', id: held.id } },
    rotatedTo,
  }
}

/** Whether a session goes on. Looking is no use of it: an open stream keeps no session from ending. */
export async function isSessionAlive(node: IdentityNode, id: string): Promise<boolean> {
  const held = await node.identity.sessions.get(id)
  return held !== undefined && !hasEnded(held, node.clock())
}

function hasEnded({ createdAt, usedAt }: StoredSession, now: EpochMs): boolean {
  return now - usedAt > SESSION_IDLE_MS || now - createdAt > SESSION_LIFE_MS
}

export interface ShownSession {
  readonly id: string
  readonly name: string
  readonly method: string
  readonly client: string
  readonly createdAt: EpochMs
  readonly usedAt: EpochMs
  readonly endsAt: EpochMs
  readonly isCurrent: boolean
}

const isAdmin = ({ roles }: Principal): boolean => roles.includes('admin')

/** One's own sessions; everybody's for who administers. */
export async function listSessions(node: IdentityNode, principal: Principal): Promise<readonly ShownSession[]> {
  const now = node.clock()
  const all = await node.identity.sessions.list(isAdmin(principal) ? undefined : principal.name, LISTED_MAX)
  return all
    .filter((session) => !hasEnded(session, now))
    .map(({ id, name, method, client, createdAt, usedAt }) => ({
      id,
      name,
      method,
      client,
      createdAt,
      usedAt,
      endsAt: epochMs(Math.min(createdAt + SESSION_LIFE_MS, usedAt + SESSION_IDLE_MS)),
      isCurrent: principal.credential?.kind === 'session' && principal.credential.id === id,
    }))
}

export async function revokeSession(
  node: IdentityNode,
  principal: Principal,
  id: string,
): Promise<Result<{ readonly id: string; readonly revoked: true }, Problem>> {
  const held = await node.identity.sessions.get(id)
  if (held === undefined || (held.name !== principal.name && !isAdmin(principal)))
    return fail({ code: 'session/unknown', message: `no session \`${id}\` is yours`, next: 'gatehouse sessions list' })
  // Ended first, recorded after: a ledger that cannot write must not keep a stolen session alive.
  await node.identity.sessions.remove(id)
  const recorded = await node.recorder.append({
    type: SESSION_REVOKED_ENTRY,
    actor: principal.name,
    releaseDigest: null,
    payload: { session: id, name: held.name },
  })
  return recorded.ok ? ok({ id, revoked: true }) : recorded
}

/** Signing out. */
export async function endSession(node: IdentityNode, token: string): Promise<void> {
  const held = await node.identity.sessions.find(secretHash(node.sha256, token))
  if (held !== undefined) await node.identity.sessions.remove(held.id)
}
