import type { PlaceOwner } from '../../../base/owned-places.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import type { Caller } from '../gateway-ports.ts'

/** Whose places a session or a call takes: half of all for a credential, a quarter for a tenant of a system. */
export function mcpOwners(
  { admitted: { organization, system, environment }, keyId }: Pick<Caller, 'admitted' | 'keyId'>,
  subject: Subject | undefined,
  placesMax: number,
): readonly PlaceOwner[] {
  const of = [organization, system, environment]
  const credential = { name: JSON.stringify([...of, 'credential', keyId]), max: Math.ceil(placesMax / 2) }
  if (subject === undefined) return [credential]
  return [credential, { name: JSON.stringify([...of, 'tenant', subject.tenant]), max: Math.ceil(placesMax / 4) }]
}
