import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes, type Digest, type Sha256 } from '../../base/digest.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { checkReferences } from '../../domain/manifest/check-references.ts'
import { buildRelease, componentPaths } from '../../domain/release/build-release.ts'
import type { Release, ToolSchema } from '../../domain/release/release.ts'
import { manifestSchema } from './manifest-schema.ts'

/** A release as it travels: the manifest, the digests of its files, and the texts that a gateway needs. */
export interface ReleaseParts {
  readonly manifest: unknown
  readonly files: Readonly<Record<string, string>>
  readonly prompts: Readonly<Record<string, string>>
  readonly toolSchemas: Readonly<Record<string, string>>
}

const SCHEMA_CHARS_MAX = 1_000_000

/** Computes the release from its parts; digests of texts are taken from the texts, never from what came along. */
export function releaseFromParts(sha256: Sha256, parts: ReleaseParts): Result<Release, Problem> {
  const bad = (message: string): Result<never, Problem> =>
    fail({ code: 'release/bad-parts', message, next: 'send the release again from its project' })
  const manifest = manifestSchema.safeParse(parts.manifest)
  if (!manifest.success) return bad('its manifest does not parse')
  if (checkReferences(manifest.data).length > 0) return bad('its manifest has broken references')
  const files = new Map<string, Digest>()
  for (const { path } of componentPaths(manifest.data)) files.set(path, (parts.files[path] ?? '') as Digest)
  for (const prompt of manifest.data.components.prompts ?? [])
    files.set(prompt.path, digestOfBytes(sha256, utf8(parts.prompts[prompt.id] ?? '')))
  const toolSchemas: Record<string, ToolSchema> = {}
  for (const tool of manifest.data.components.tools ?? []) {
    const text = parts.toolSchemas[tool.id] ?? ''
    const schema = parseJson(text, SCHEMA_CHARS_MAX)
    if (!schema.ok || !isJsonObject(schema.value)) return bad(`the schema of tool \`${tool.id}\` does not parse`)
    files.set(tool.schema, digestOfBytes(sha256, utf8(text)))
    toolSchemas[tool.id] = { text, schema: schema.value }
  }
  return ok(
    buildRelease(sha256, {
      manifest: manifest.data,
      raw: parts.manifest as JsonObject,
      files,
      prompts: parts.prompts,
      toolSchemas,
    }),
  )
}
