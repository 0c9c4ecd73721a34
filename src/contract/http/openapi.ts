import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { OPERATIONS } from './operations.ts'

const problem: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    next: { type: 'string' },
  },
}

/** OpenAPI 3.1 document of `/api/v1`, from the same table that routes and commands come from. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const [name, { method, path, summary, access, input, output }] of Object.entries(OPERATIONS)) {
    const schema = z.toJSONSchema(input, { io: 'input' }) as unknown as JsonObject
    const properties = (schema['properties'] ?? {}) as JsonObject
    const required = (schema['required'] ?? []) as readonly string[]
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
    const rest = Object.entries(properties).filter(([key]) => !inPath.includes(key))
    const parameters: JsonObject[] = inPath.map((key) => ({
      name: key,
      in: 'path',
      required: true,
      schema: properties[key] ?? {},
    }))
    if (method === 'GET')
      parameters.push(
        ...rest.map(([key, value]): JsonObject => ({
          name: key,
          in: 'query',
          required: required.includes(key),
          schema: value ?? {},
        })),
      )
    const body: JsonObject = {
      type: 'object',
      properties: Object.fromEntries(rest),
      required: required.filter((key) => !inPath.includes(key)),
    }
    paths[`/api/v1${path}`] ??= {}
    ;(paths[`/api/v1${path}`] as Record<string, JsonObject>)[method.toLowerCase()] = {
      operationId: name,
      summary,
      'x-access': access,
      parameters,
      ...(method === 'POST'
        ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
        : {}),
      responses: {
        '200': {
          description: 'done',
          content: { 'application/json': { schema: z.toJSONSchema(output) as unknown as JsonObject } },
        },
        default: {
          description: 'a problem, with a code and the next step',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Gatehouse control plane', version },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'gatehouse_session' },
      },
    },
    security: [{ token: [] }, { session: [] }],
  }
}
