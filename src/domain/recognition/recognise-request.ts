import type { Digest } from '../../base/digest.ts'
import { canonicalJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { PromptTemplate } from '../manifest/prompt-template.ts'
import { matchTemplate, type SlotValue } from './match-template.ts'

/** A release prepared for recognition. */
export interface RecognisableRelease {
  readonly digest: Digest
  readonly manifest: Manifest
  readonly templates: readonly { readonly promptId: string; readonly template: PromptTemplate }[]
  /** Canonical JSON of each tool's argument schema. */
  readonly toolSchemas: ReadonlyMap<string, string>
}

export interface LiveRequest {
  readonly model: string
  /** Texts of system and developer messages with their positions in the message list. */
  readonly systemTexts: readonly { readonly index: number; readonly text: string }[]
  readonly tools: readonly {
    readonly name: string
    readonly parameters: JsonObject
    readonly description?: string | undefined
  }[]
}

export interface Recognised {
  readonly release: RecognisableRelease
  readonly promptId: string
  readonly slots: readonly SlotValue[]
}

/** Why no release matches; the most specific reason over all releases. */
export interface RecognitionFailure {
  readonly code: 'release_not_approved'
  readonly part: 'model' | 'system-prompt' | 'tools'
  readonly message: string
}

/** Finds the release that a live request belongs to (mode `recognise`, CONTRACTS.md); the match selects the release. */
export function recogniseRequest(
  request: LiveRequest,
  releases: readonly RecognisableRelease[],
): Result<Recognised, RecognitionFailure> {
  const [system] = request.systemTexts
  if (request.systemTexts.length !== 1 || system === undefined || system.index !== 0)
    return refuse('system-prompt', 'exactly one system or developer message, the first, is expected')
  const byModel = releases.filter((release) => servesModel(release.manifest, request.model))
  if (byModel.length === 0) return refuse('model', 'the model is not one of the approved release')
  const byPrompt: Recognised[] = []
  for (const release of byModel) {
    for (const { promptId, template } of release.templates) {
      const slots = matchTemplate(system.text, template)
      if (slots !== undefined) byPrompt.push({ release, promptId, slots })
    }
  }
  if (byPrompt.length === 0) return refuse('system-prompt', 'the system prompt is not the approved one')
  const found = byPrompt.find(({ release }) => toolsFit(release, request.tools))
  return found === undefined ? refuse('tools', 'a tool or its schema is not the approved one') : ok(found)
}

function refuse(part: RecognitionFailure['part'], message: string): Result<never, RecognitionFailure> {
  return fail({ code: 'release_not_approved', part, message })
}

function servesModel(manifest: Manifest, model: string): boolean {
  return manifest.components.models.some((candidate) => candidate.model === model)
}

/** A JCS-equal subset of the release's tools. */
function toolsFit(release: RecognisableRelease, tools: LiveRequest['tools']): boolean {
  return tools.every(({ name, parameters, description }) => {
    const approved = release.toolSchemas.get(name)
    const canonical = canonicalJson(parameters)
    if (approved === undefined || !canonical.ok || canonical.value !== approved) return false
    // The model reads the description: one that the manifest declares must be the one that is sent.
    const declared = release.manifest.components.tools?.find(({ id }) => id === name)?.description
    return declared === undefined || description === declared
  })
}
