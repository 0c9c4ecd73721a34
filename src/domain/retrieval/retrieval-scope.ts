import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Retriever } from '../manifest/manifest.ts'
import type { Subject } from '../session/conversation.ts'

/** What a search may look at: made from the verified subject and the manifest, never from a request's body. */
export interface RetrievalScope {
  readonly tenantField: string | undefined
  /** A chunk's tenant must be one of these. */
  readonly tenants: readonly string[]
  readonly aclField: string | undefined
  /** A chunk must name one of these in its permission field. */
  readonly permissions: readonly string[]
}

const NAME_CHARS_MAX = 200
const ROLES_MAX = 100
/** Marks an entry that names one end user, so that no role can pass for a person. */
const USER_PREFIX = 'user:'
// oxlint-disable-next-line no-control-regex -- control characters have no place in a name that goes into filter languages
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/**
 * The pre-filter of one subject. `sharedTenant` names the tenant of documents that everybody may see.
 * Fails with `retrieval/subject` when the subject's names cannot stand in a filter, or roles are too many.
 */
export function scopeOf(
  subject: Subject,
  retriever: Pick<Retriever, 'tenantField' | 'aclField'>,
  sharedTenant?: string,
): Result<RetrievalScope, Problem> {
  const names = [subject.tenant, subject.principal, subject.session, ...subject.roles]
  if (subject.roles.length > ROLES_MAX || !names.every(isName))
    return fail({ code: 'retrieval/subject', message: 'the subject has an empty, overlong or unprintable name' })
  return ok({
    tenantField: retriever.tenantField,
    tenants: sharedTenant === undefined ? [subject.tenant] : [...new Set([subject.tenant, sharedTenant])],
    aclField: retriever.aclField,
    permissions: [
      ...new Set([
        ...subject.roles.filter((role) => !role.startsWith(USER_PREFIX)),
        `${USER_PREFIX}${subject.principal}`,
      ]),
    ],
  })
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= NAME_CHARS_MAX && name.isWellFormed() && !CONTROL.test(name)
}
