import type { JsonObject } from '../../../base/json.ts'
import type { Caller } from '../gateway-ports.ts'

/** The models of the releases that the caller may use, in the shape of OpenAI. */
export function modelList({ admitted }: Caller): JsonObject {
  const models = new Set(
    admitted.releases.flatMap(({ manifest }) => manifest.components.models.map(({ model }) => model)),
  )
  return {
    object: 'list',
    data: [...models].toSorted().map((id) => ({ id, object: 'model', created: 0, owned_by: 'gatehouse' })),
  }
}
