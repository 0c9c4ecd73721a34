import type { JsonObject } from '../../../base/json.ts'
import type { Caller } from '../gateway-ports.ts'

/** The models of the releases that the caller may use, in the shape of OpenAI. */
export function modelList(caller: Caller): JsonObject {
  return {
    object: 'list',
    data: modelsOf(caller).map((id) => ({ id, object: 'model', created: 0, owned_by: 'gatehouse' })),
  }
}

/** The same in the shape of Anthropic. */
export function anthropicModelList(caller: Caller): JsonObject {
  const models = modelsOf(caller)
  return {
    data: models.map((id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' })),
    has_more: false,
    first_id: models.at(0) ?? null,
    last_id: models.at(-1) ?? null,
  }
}

function modelsOf({ admitted }: Caller): readonly string[] {
  const models = new Set(
    admitted.releases.flatMap(({ manifest }) => manifest.components.models.map(({ model }) => model)),
  )
  return [...models].toSorted()
}
