import type { Digest, Sha256 } from '../../base/digest.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { checkPromptSlots } from '../../domain/manifest/check-references.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { buildRelease, componentPaths } from '../../domain/release/build-release.ts'
import type { Release, ToolSchema } from '../../domain/release/release.ts'
import type { ProjectFiles } from './project-files.ts'

/** A manifest that has been parsed, with the way back to its lines. */
export interface ParsedManifest {
  readonly manifest: Manifest
  readonly raw: JsonObject
  readonly source: { positionOf(path: readonly (string | number)[]): SourcePosition }
}

export interface LoadReleasePorts {
  readonly files: ProjectFiles
  readonly sha256: Sha256
  readonly parseManifest: (file: string, text: string) => Result<ParsedManifest, readonly Problem[]>
}

export interface LoadedRelease {
  readonly release: Release
  readonly source: ParsedManifest['source']
  /** Digest of every file or folder that the manifest names. */
  readonly digests: Readonly<Record<string, Digest>>
}

export const MANIFEST_FILE = 'gatehouse.yaml'
const SCHEMA_CHARS_MAX = 262_144

/** Reads a project's manifest and components and computes its release, or says everything that is wrong. */
export async function loadRelease(
  ports: LoadReleasePorts,
  manifestFile: string = MANIFEST_FILE,
): Promise<Result<LoadedRelease, readonly Problem[]>> {
  const text = await ports.files.readText(manifestFile)
  if (!text.ok)
    return fail([
      { ...text.failure, next: `run this in the folder of a \`${MANIFEST_FILE}\`, or name one with --project` },
    ])
  const parsed = ports.parseManifest(manifestFile, text.value)
  if (!parsed.ok) return parsed
  const { manifest, raw, source } = parsed.value
  const problems: Problem[] = []
  const files = new Map<string, Digest>()
  for (const { path, at } of componentPaths(manifest)) {
    const digest = await ports.files.digestOf(path)
    if (digest.ok) files.set(path, digest.value)
    else problems.push({ ...digest.failure, at: source.positionOf(at) })
  }
  if (problems.length > 0) return fail(problems)
  const prompts = await readPrompts(ports.files, parsed.value, problems)
  const toolSchemas = await readToolSchemas(ports.files, parsed.value, problems)
  if (problems.length > 0) return fail(problems)
  return ok({
    release: buildRelease(ports.sha256, { manifest, raw, files, prompts, toolSchemas }),
    source,
    digests: Object.fromEntries(files),
  })
}

async function readPrompts(
  files: ProjectFiles,
  { manifest, source }: ParsedManifest,
  problems: Problem[],
): Promise<Record<string, string>> {
  const prompts: Record<string, string> = {}
  for (const [index, prompt] of (manifest.components.prompts ?? []).entries()) {
    const text = await files.readText(prompt.path)
    if (!text.ok) {
      problems.push({ ...text.failure, at: source.positionOf(['components', 'prompts', index, 'path']) })
      continue
    }
    prompts[prompt.id] = text.value
    for (const { path, ...problem } of checkPromptSlots(manifest, index, text.value))
      problems.push({ ...problem, at: source.positionOf(path) })
  }
  return prompts
}

async function readToolSchemas(
  files: ProjectFiles,
  { manifest, source }: ParsedManifest,
  problems: Problem[],
): Promise<Record<string, ToolSchema>> {
  const schemas: Record<string, ToolSchema> = {}
  for (const [index, tool] of (manifest.components.tools ?? []).entries()) {
    const at = source.positionOf(['components', 'tools', index, 'schema'])
    const text = await files.readText(tool.schema)
    if (!text.ok) {
      problems.push({ ...text.failure, at })
      continue
    }
    const json = parseJson(text.value, SCHEMA_CHARS_MAX)
    if (!json.ok || !isJsonObject(json.value) || json.value['type'] !== 'object')
      problems.push({
        code: 'manifest/bad-tool-schema',
        message: `\`${tool.schema}\` is not a JSON Schema of an object${json.ok ? '' : `: ${json.failure.message}`}`,
        next: 'write {"type": "object", "properties": {…}, "additionalProperties": false}',
        at,
      })
    else schemas[tool.id] = { text: text.value, schema: json.value }
  }
  return schemas
}
