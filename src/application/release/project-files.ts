import type { Digest } from '../../base/digest.ts'
import type { Problem, Result } from '../../base/result.ts'

/** A project folder, read-only. Paths are relative, with `/`; symlinks and escapes are refused. */
export interface ProjectFiles {
  /** Shown in messages. */
  readonly folder: string
  readText(path: string): Promise<Result<string, Problem>>
  /** Digest of a file, or of a directory as JCS of [[path, sha256], …]. */
  digestOf(path: string): Promise<Result<Digest, Problem>>
  /** All files below a path (itself, if it is a file), sorted bytewise. */
  list(path: string): Promise<Result<readonly string[], Problem>>
}
