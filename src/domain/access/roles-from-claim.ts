import { PERSON_ROLES, type PersonRole } from './access-table.ts'

export type RoleMapping = Readonly<Partial<Record<PersonRole, readonly string[]>>>

/** Roles that a claim of an identity provider gives, by the mapping alone: a claim that spells a role's name gives nothing by itself. */
export function rolesFromClaim(claim: unknown, mapping: RoleMapping): readonly PersonRole[] {
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string')
  return PERSON_ROLES.filter((role) => mapping[role]?.some((value) => values.includes(value)) === true)
}
