import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonObject } from '../../base/json.ts'

export type CheckArguments = (tool: string, args: JsonObject) => string | undefined

/** Compiles each tool's JSON Schema once; a schema that cannot be compiled fits nothing. */
export function argumentChecker(schemas: ReadonlyMap<string, JsonObject>): CheckArguments {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false })
  const compiled = new Map<string, ValidateFunction | string>()
  for (const [tool, schema] of schemas) {
    try {
      compiled.set(tool, ajv.compile(schema))
    } catch (error) {
      compiled.set(tool, error instanceof Error ? error.message : String(error))
    }
  }
  return (tool, args) => {
    const validate = compiled.get(tool)
    if (validate === undefined) return 'the tool has no schema'
    if (typeof validate === 'string') return 'the schema itself is invalid'
    if (validate(args)) return undefined
    const [error] = validate.errors ?? []
    return `${error?.instancePath === '' ? 'arguments' : (error?.instancePath ?? 'arguments')} ${error?.message ?? 'is invalid'}`
  }
}
