import { DAY_MS, HOUR_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { PERSON_ROLES } from '../../domain/access/access-table.ts'
import type { CallScope } from '../../domain/access/call-scope.ts'
import { listAll } from '../state/list-all.ts'
import type { Principal } from '../state/owner-node.ts'
import { recordsPage, type PageRequest } from '../state/records-page.ts'
import { partsOfToken, secretHash, type IdentityNode } from './identity-node.ts'

const PREFIX = 'ghk'
const LIFE_DAYS_DEFAULT = 90
export const KEY_LIFE_DAYS_MAX = 366
export const OVERLAP_HOURS_MAX = 7 * 24
const KEYS_MAX = 1_000
/** Secrets before the current one that still count. */
const OVERLAPPING_MAX = 2
/** How exact the time of the last use is: a write for each call would cost more than it tells. */
const USE_RESOLUTION_MS = 60_000

/** Not an operation of the API: the key stands for an application at a gateway. */
export const GATEWAY_USE = 'useGateway'

interface KeySecret {
  readonly sha256: string
  readonly createdAt: EpochMs
  /** Null: until the key ends. */
  readonly validUntil: EpochMs | null
}

export interface ApiKey extends CallScope {
  readonly id: string
  readonly name: string
  /** The key speaks for this person. */
  readonly owner: string
  readonly roles: readonly string[]
  /** Oldest first: those before while they overlap, and the current one. */
  readonly secrets: readonly KeySecret[]
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
  readonly revokedAt: EpochMs | null
  readonly revokedBy: string | null
}

export interface NewKey extends CallScope {
  readonly name: string
  readonly roles: readonly string[]
  readonly days?: number | undefined
}

/** What people see of a key: everything but its hashes. */
export type ShownKey = Omit<ApiKey, 'secrets'> & {
  readonly lastUsedAt: EpochMs | null
  readonly secretsInForce: number
}

/** Makes a key that can do no more than its maker. The secret is in the answer, and nowhere else. */
export async function createKey(
  node: IdentityNode,
  principal: Principal,
  input: NewKey,
): Promise<Result<ShownKey & { readonly token: string }, Problem>> {
  const handed = checkHanded(principal, input.roles)
  if (!handed.ok) return handed
  const now = node.clock()
  // Time ends a key without a change of its record.
  const inForce = (await listAll(node.store, 'api_keys', { status: 'active' })).filter(
    ({ document }) => (document as unknown as ApiKey).expiresAt > now,
  )
  if (inForce.length >= KEYS_MAX)
    return fail({ code: 'key/too-many', message: `${KEYS_MAX} keys are active`, next: 'revoke those that nobody uses' })
  const id = node.newId()
  const token = `${PREFIX}_${id}_${node.newSecret()}`
  const key: ApiKey = {
    id,
    name: input.name,
    owner: principal.name,
    roles: input.roles,
    operations: input.operations,
    systems: input.systems,
    environment: input.environment,
    secrets: [{ sha256: secretHash(node.sha256, token), createdAt: now, validUntil: null }],
    createdAt: now,
    expiresAt: epochMs(now + (input.days ?? LIFE_DAYS_DEFAULT) * DAY_MS),
    revokedAt: null,
    revokedBy: null,
  }
  const saved = await save(node, principal, 'key.created', key)
  return saved.ok ? ok({ ...shown(node, key, null), token }) : saved
}

/** Whoever is given the secret can do what the key can: a new one goes to nobody who could not make the key now. */
function checkHanded(principal: Principal, roles: readonly string[]): Result<null, Problem> {
  const excess = roles.find((role) => !mayHand(principal, role))
  return excess === undefined
    ? ok(null)
    : fail({
        code: 'key/role',
        message: `a key cannot hold the role \`${excess}\`: its maker does not hold it, or no person does`,
        next: `use some of: ${principal.roles.join(', ')}`,
      })
}

const mayHand = ({ roles }: Principal, role: string): boolean =>
  PERSON_ROLES.some((person) => person === role) && (roles.includes(role) || roles.includes('admin'))

/** Another secret for the same key; the one before it counts on for the overlap, so that nothing stops while it is exchanged. */
export async function rotateKey(
  node: IdentityNode,
  principal: Principal,
  input: { readonly id: string; readonly overlapHours: number },
): Promise<Result<ShownKey & { readonly token: string }, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await ownKey(node, principal, input.id)
    if (!found.ok) return found
    if (found.value.expiresAt <= node.clock()) return fail(ended(input.id))
    const handed = checkHanded(principal, found.value.roles)
    if (!handed.ok) return handed
    const now = node.clock()
    const token = `${PREFIX}_${found.value.id}_${node.newSecret()}`
    const earlier = overlapping(found.value, now, input.overlapHours)
    if (!earlier.ok) return earlier
    const key: ApiKey = {
      ...found.value,
      secrets: [...earlier.value, { sha256: secretHash(node.sha256, token), createdAt: now, validUntil: null }],
    }
    const saved = await save(node, principal, 'key.changed', key)
    return saved.ok ? ok({ ...shown(node, key, null), token }) : saved
  })
}

/** Each earlier secret counts until the end that it was promised. Without an overlap all end now: one that leaked does. */
function overlapping(key: ApiKey, now: EpochMs, overlapHours: number): Result<readonly KeySecret[], Problem> {
  if (overlapHours === 0) return ok([])
  const inForce = secretsInForce(key, now)
  if (inForce.length > OVERLAPPING_MAX)
    return fail({
      code: 'key/overlap',
      message: `${OVERLAPPING_MAX} earlier secrets of the key \`${key.id}\` still count`,
      next: 'wait until the overlap of one has ended, or end them all at once with `--overlap-hours 0`',
    })
  const end = epochMs(now + overlapHours * HOUR_MS)
  return ok(inForce.map((secret) => ({ ...secret, validUntil: secret.validUntil ?? end })))
}

/** Of one that has expired too: who sees a key in a list may want it to be revoked for good. */
export async function revokeKey(
  node: IdentityNode,
  principal: Principal,
  id: string,
): Promise<Result<ShownKey, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await ownKey(node, principal, id)
    if (!found.ok) return found
    const key: ApiKey = { ...found.value, secrets: [], revokedAt: node.clock(), revokedBy: principal.name }
    const saved = await save(node, principal, 'key.changed', key)
    return saved.ok ? ok(shown(node, key, null)) : saved
  })
}

/** One's own keys; all of them for who administers. */
export async function listKeys(
  node: IdentityNode,
  principal: Principal,
  page: PageRequest,
): Promise<{ readonly items: readonly ShownKey[]; readonly nextCursor: string | null }> {
  const own = isAdmin(principal) ? {} : { topic: principal.name }
  const { records, nextCursor } = await recordsPage(node.store, 'api_keys', own, page)
  const keys = records.map(({ document }) => document as unknown as ApiKey)
  const uses = await node.identity.uses.lastOf(keys.map(({ id }) => id))
  return { items: keys.map((key) => shown(node, key, uses.get(key.id) ?? null)), nextCursor }
}

/** Who a presented key is. Undefined for anything that is not a key in force: the caller learns no more. */
export async function keyPrincipal(node: IdentityNode, token: string): Promise<Principal | undefined> {
  const id = partsOfToken(PREFIX, token)
  if (id === undefined) return undefined
  const key = await findKey(node, id)
  const now = node.clock()
  const hash = secretHash(node.sha256, token)
  if (key === undefined || !secretsInForce(key, now).some(({ sha256 }) => sha256 === hash)) return undefined
  const last = (await node.identity.uses.lastOf([id])).get(id)
  if (last === undefined || now - last >= USE_RESOLUTION_MS) await node.identity.uses.record(id, now)
  return {
    name: key.owner,
    person: key.owner,
    roles: key.roles,
    credential: { kind: 'api-key', id },
    scope: { operations: key.operations, systems: key.systems, environment: key.environment },
  }
}

/** Hashes that gateways accept in an environment, by system. */
export async function gatewayKeyHashes(
  node: Pick<IdentityNode, 'store' | 'clock'>,
  environment: string,
): Promise<ReadonlyMap<string, readonly { readonly id: string; readonly sha256: string }[]>> {
  const now = node.clock()
  const bySystem = new Map<string, { readonly id: string; readonly sha256: string }[]>()
  for (const { document } of await listAll(node.store, 'api_keys', { status: 'active' })) {
    const key = document as unknown as ApiKey
    if (key.environment !== environment || key.operations?.includes(GATEWAY_USE) !== true) continue
    const hashes = secretsInForce(key, now).map(({ sha256 }) => ({ id: key.id, sha256 }))
    for (const system of key.systems ?? []) bySystem.set(system, [...(bySystem.get(system) ?? []), ...hashes])
  }
  return bySystem
}

function secretsInForce(key: ApiKey, now: EpochMs): readonly KeySecret[] {
  if (key.revokedAt !== null || key.expiresAt <= now) return []
  return key.secrets.filter(({ validUntil }) => validUntil === null || validUntil > now)
}

async function findKey(node: IdentityNode, id: string): Promise<ApiKey | undefined> {
  return (await node.store.get('api_keys', id))?.document as unknown as ApiKey | undefined
}

const isAdmin = ({ roles }: Principal): boolean => roles.includes('admin')

/** Not revoked, though perhaps expired. A key of somebody else is as unknown as one that never was. */
async function ownKey(node: IdentityNode, principal: Principal, id: string): Promise<Result<ApiKey, Problem>> {
  const key = await findKey(node, id)
  if (key === undefined || (key.owner !== principal.name && !isAdmin(principal)))
    return fail({ code: 'key/unknown', message: `no key \`${id}\` is yours`, next: 'gatehouse keys list' })
  return key.revokedAt === null ? ok(key) : fail(ended(id))
}

const ended = (id: string): Problem => ({
  code: 'key/ended',
  message: `the key \`${id}\` has ended`,
  next: 'gatehouse keys create',
})

async function save(
  node: IdentityNode,
  principal: Principal,
  type: 'key.created' | 'key.changed',
  key: ApiKey,
): Promise<Result<unknown, Problem>> {
  const status = key.revokedAt === null ? 'active' : 'revoked'
  return node.recorder.record(type, principal.name, null, {
    head: { id: key.id, system: '', status, topic: key.owner },
    record: key,
  })
}

function shown(node: IdentityNode, { secrets, ...key }: ApiKey, lastUsedAt: EpochMs | null): ShownKey {
  const { ledgerIndex: _, ...rest } = key as typeof key & { ledgerIndex?: number }
  return { ...rest, lastUsedAt, secretsInForce: secretsInForce({ ...key, secrets }, node.clock()).length }
}
