import type { JsonObject } from '../../base/json.ts'
import type { Subject } from '../session/conversation.ts'

/** A subject as expressions about one call see it; without one there is nothing to compare with. */
export function subjectInExpressions(subject: Subject | undefined): JsonObject {
  if (subject === undefined) return {}
  const { tenant, principal, roles, email = '' } = subject
  return { tenant, principal, roles: [...roles], email }
}
