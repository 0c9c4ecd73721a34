export interface ScopedRecord {
  readonly tenant: string
  readonly allowedRoles: readonly string[]
}

export interface RecordScope {
  /** Undefined: the manifest declares no tenant field, so nothing is filtered by tenant. */
  readonly tenantField: string | undefined
  readonly aclField: string | undefined
  readonly sharedTenant: string
}

/**
 * The part of an index that a subject may read: a boundary, because it runs before search and on the verified subject.
 * Without a declared field there is no filter, which is why policy packs refuse such a retriever.
 */
export function scopedRecords<Item extends ScopedRecord>(
  records: readonly Item[],
  subject: { readonly tenant: string; readonly roles: readonly string[] },
  scope: RecordScope,
): readonly Item[] {
  return records.filter((record) => {
    const isOwn =
      scope.tenantField === undefined || record.tenant === subject.tenant || record.tenant === scope.sharedTenant
    const isAllowed = scope.aclField === undefined || record.allowedRoles.some((role) => subject.roles.includes(role))
    return isOwn && isAllowed
  })
}
