/** Whether `If-None-Match` names this version. It compares weakly (RFC 9110, 13.1.2): proxies that compress mark tags so. */
export function isVersionIn(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) === true
}
