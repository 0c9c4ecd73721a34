import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import type { JobKind } from './job-kinds.ts'

/**
 * The id of a job that has a key. The same key gives the same one, so that the table itself refuses the second job, and
 * what a job left behind under its id is found when the job is no longer kept.
 */
export function jobIdOf(sha256: Sha256, kind: JobKind, key: string): string {
  const hex = hexOf(sha256(utf8(`${kind}\n${key}`)))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
