import { z } from 'zod'
import { parseDigest, type Digest } from '../../base/digest.ts'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { ReleaseSummary } from '../../domain/release/diff-releases.ts'
import { COMPONENT_KINDS } from '../../domain/release/release.ts'

const lockSchema = z.object({
  lockVersion: z.literal(1),
  version: z.string(),
  releaseDigest: z.string(),
  guard: z.string(),
  components: z.array(z.object({ kind: z.enum(COMPONENT_KINDS), id: z.string(), digest: z.string() })),
})

const LOCK_CHARS_MAX = 4_000_000

/** Reads a lock file as far as a comparison needs it. */
export function parseLock(file: string, text: string): Result<ReleaseSummary, readonly Problem[]> {
  const json = parseJson(text, LOCK_CHARS_MAX)
  const parsed = json.ok ? lockSchema.safeParse(json.value) : undefined
  const digest = parsed?.success === true ? parseDigest(parsed.data.releaseDigest) : undefined
  if (parsed?.success !== true || digest === undefined)
    return fail([
      { code: 'lock/invalid', message: `\`${file}\` is no lock file`, next: 'write one with `gatehouse lock`' },
    ])
  const components = parsed.data.components.map(({ kind, id, digest: own }) => ({ kind, id, digest: own as Digest }))
  return ok({ digest, version: parsed.data.version, components, guard: parsed.data.guard })
}
