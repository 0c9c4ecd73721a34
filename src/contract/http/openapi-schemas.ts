import { z } from 'zod'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'

/** JSON Schemas of one OpenAPI document: what a schema defines beside itself becomes a component that others share. */
export class OpenApiSchemas {
  readonly #shared = new Map<string, JsonObject>()

  get shared(): JsonObject {
    return Object.fromEntries(this.#shared)
  }

  of(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    // A reference counts from the root of the document, so that definitions inside a schema would lead nowhere.
    const { $schema: _, $defs: definitions, ...own } = z.toJSONSchema(schema, { io }) as unknown as JsonObject
    const named = Object.entries((definitions ?? {}) as Readonly<Record<string, JsonObject>>)
    const labels = new Map(
      named.map(([name]) => [
        `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        `#/components/schemas/${labelOf(name)}`,
      ]),
    )
    for (const [name, { $id: _id, id: _, ...definition }] of named)
      this.#define(labelOf(name), withLabels(definition, labels) as JsonObject)
    return withLabels(own, labels) as JsonObject
  }

  #define(label: string, definition: JsonObject): void {
    const before = this.#shared.get(label)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(definition))
      throw new Error(`two schemas are called ${label}: give one of them an id`)
    this.#shared.set(label, definition)
  }
}

function labelOf(id: string): string {
  // Names that zod makes up are of recursive schemas; the only one here is any JSON value.
  if (id.startsWith('__schema')) return 'Json'
  return (id.split('/').at(-1) ?? id).replace(/\.schema\.json$/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-')
}

function withLabels(value: Json | undefined, labels: ReadonlyMap<string, string>): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withLabels(item, labels) as Json)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string' ? (labels.get(item) ?? item) : withLabels(item, labels),
    ]),
  )
}
