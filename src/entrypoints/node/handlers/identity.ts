import {
  createKey,
  GATEWAY_USE,
  listKeys,
  revokeKey,
  rotateKey,
  type NewKey,
} from '../../../application/identity/api-keys.ts'
import { listSessions, revokeSession } from '../../../application/identity/sessions.ts'
import { viewShare } from '../../../application/identity/share-view.ts'
import { createShare, listShares, revokeShare } from '../../../application/identity/shares.ts'
import { addWorkloadKey, listWorkloadKeys, revokeWorkloadKey } from '../../../application/identity/workload-keys.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Operation } from '../../../contract/http/operation.ts'
import { OPERATIONS } from '../../../contract/http/operations.ts'
import type { IDENTITY_OPERATIONS } from '../../../contract/http/operations/identity.ts'
import { ACCESS_TABLE, mayCall } from '../../../domain/access/access-table.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Who calls, and credentials. */
export const IDENTITY_HANDLERS: HandlersOf<typeof IDENTITY_OPERATIONS> = {
  whoAmI: async ({ node }, principal) =>
    ok({
      name: principal.name,
      roles: [...principal.roles],
      organization: node.organization,
      credential: principal.credential?.kind ?? 'owner',
      scope: principal.scope ?? null,
    }),
  listSessions: async ({ node }, principal) => ok({ items: await listSessions(node, principal) }),
  revokeSession: ({ node }, principal, { id }) => revokeSession(node, principal, id),
  createKey: async ({ node }, principal, input) => {
    const sound = checkKeyScope(input)
    return sound.ok ? createKey(node, principal, input) : sound
  },
  listKeys: async ({ node }, principal, page) => ok(await listKeys(node, principal, page)),
  rotateKey: ({ node }, principal, input) => rotateKey(node, principal, input),
  revokeKey: ({ node }, principal, { id }) => revokeKey(node, principal, id),
  addWorkloadKey: ({ node }, principal, input) => addWorkloadKey(node, principal, input),
  listWorkloadKeys: async ({ node }, _, { system, ...page }) => ok(await listWorkloadKeys(node, system, page)),
  revokeWorkloadKey: ({ node }, principal, { id }) => revokeWorkloadKey(node, principal, id),
  createShare: ({ node }, principal, input) => createShare(node, principal, input),
  listShares: async ({ node }, _, { system, ...page }) => ok(await listShares(node, system, page)),
  revokeShare: ({ node }, principal, { id }) => revokeShare(node, principal, id),
  viewShare: ({ node }, principal, { section }) => viewShare(node, principal, section),
}

const refused = (message: string, next: string): Result<null, Problem> => fail({ code: 'key/scope', message, next })

/** A scope that could never be used, or that would not bound what it seems to bound, is refused when the key is made. */
function checkKeyScope({ roles, operations, systems, environment }: NewKey): Result<null, Problem> {
  const table: Readonly<Record<string, Operation>> = OPERATIONS
  if (operations?.includes(GATEWAY_USE) === true)
    return operations.length === 1 && roles.length === 0 && systems !== null && environment !== null
      ? ok(null)
      : refused(
          `a key for \`${GATEWAY_USE}\` is for named systems and one environment, without roles and other operations`,
          'make one key for the gateway and another for the API',
        )
  if (roles.length === 0) return refused('a key without roles opens nothing', 'name at least one role')
  for (const name of operations ?? []) {
    const operation = Object.hasOwn(table, name) ? table[name] : undefined
    if (operation === undefined || !ACCESS_TABLE[operation.access].isOpenToKeys)
      return refused(`no key may hold \`${name}\``, 'see the operations open to keys in docs/reference/roles.md')
    if (!mayCall(operation.access, roles))
      return refused(
        `the roles do not admit \`${name}\``,
        `add one of: ${ACCESS_TABLE[operation.access].roles.join(', ')}`,
      )
    if (environment !== null && operation.method === 'POST' && !namesEnvironment(operation))
      return refused(
        `\`${name}\` names no environment, so a key for one cannot hold it`,
        'make a key without environment',
      )
  }
  return ok(null)
}

function namesEnvironment({ input }: Operation): boolean {
  return 'environment' in ((input as { readonly shape?: object }).shape ?? {})
}
