import { Validator, type Schema } from '@cfworker/json-schema'
import type { JsonObject } from '../../base/json.ts'

/**
 * Checks tool arguments against JSON Schema 2020-12 without generating code, for runtimes that forbid it. A schema that
 * cannot be read fits nothing. Formats are not checked, as in the gateway's checker.
 */
export function interpretedChecker(
  schemas: ReadonlyMap<string, JsonObject>,
): (tool: string, args: JsonObject) => string | undefined {
  const validators = new Map<string, Validator | undefined>()
  for (const [tool, schema] of schemas) validators.set(tool, validatorOf(schema))
  return (tool, args) => {
    if (!validators.has(tool)) return 'the tool has no schema'
    const validator = validators.get(tool)
    if (validator === undefined) return 'the schema itself is invalid'
    try {
      const { valid, errors } = validator.validate(args)
      // The message of the library quotes values; the place and the keyword do not.
      const error = errors.at(-1)
      return valid ? undefined : `${error?.instanceLocation ?? '#'} does not hold \`${error?.keyword ?? 'schema'}\``
    } catch (error) {
      // Thrown for a pattern or a reference of the schema that cannot be resolved: what is not checked does not fit.
      return `the schema cannot be applied (${error instanceof Error ? error.name : 'unknown'})`
    }
  }
}

function validatorOf(schema: JsonObject): Validator | undefined {
  try {
    // The library marks the schema objects that it reads: it gets a copy, without `format`, whose patterns are not bounded.
    return new Validator(withoutFormats(schema) as Schema, '2020-12')
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

/** Keywords whose members are names chosen by the author, not keywords. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Keywords whose values are data. */
const DATA = new Set(['const', 'enum', 'default', 'examples'])

function withoutFormats(value: unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutFormats(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      if (!isNamed && key === 'format') return []
      return [[key, !isNamed && DATA.has(key) ? item : withoutFormats(item, !isNamed && NAMED.has(key))]]
    }),
  )
}
