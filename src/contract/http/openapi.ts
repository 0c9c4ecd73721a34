import type { JsonObject } from '../../base/json.ts'
import { ACCESS_TABLE } from '../../domain/access/access-table.ts'
import { BODY_BYTES_USUAL, type Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { OpenApiSchemas } from './openapi-schemas.ts'
import { PROBLEM_STATUSES } from './problem.ts'

/** RFC 9457, with the code of the reference of errors and the next step. */
const problem: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[a-z0-9-]+/[a-z0-9-]+$' },
    next: { type: 'string' },
  },
  example: {
    type: 'https://gatehouse.dev/problems/http/unauthenticated',
    title: 'sign in first',
    status: 401,
    code: 'http/unauthenticated',
    next: 'open the login link that `gatehouse console` prints, or send an API key',
  },
}

const SECURITY_SCHEMES: JsonObject = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: "an API key (ghk_…), a command line's session (ghc_…), or the owner's token",
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'gatehouse_session',
    description: 'a browser session; writes need the header x-gatehouse-console: 1 as well',
  },
  share: { type: 'http', scheme: 'bearer', description: 'the token of an auditor share (ghs_…)' },
  gateway: { type: 'http', scheme: 'bearer', description: 'the token of gateways (gw_…)' },
}

const IDEMPOTENCY_KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'the same key with the same call gives the first answer again, for 72 hours',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  example: '7d9f1f0e-0b4c-4f7a-9d54-0f6a3f1f6f0c',
}

const IF_MATCH: JsonObject = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'change the record only if it still has this version',
  schema: { type: 'string', maxLength: 300 },
}

const IF_NONE_MATCH: JsonObject = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'answer 304 if nothing has changed since this version',
  schema: { type: 'string', maxLength: 300 },
}

const LAST_EVENT_ID: JsonObject = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'of a stream: go on behind this place in the ledger; it is newer than `after` and comes before it',
  schema: { type: 'string', pattern: '^(?:-1|\\d{1,15})$' },
  example: '41',
}

/** One answer of an operation that can be streamed. */
const EVENT_STREAM: JsonObject = {
  'text/event-stream': {
    schema: {
      type: 'string',
      description:
        'server-sent events: `id` is the place in the ledger, `event` the type, `data` the event as one JSON object. A comment keeps a silent stream open every 10 seconds. `event: reset` gives the place to go on from when the one that was asked for is of a ledger that was restored since. The last one is `event: end`, whose data says why: events/slow-reader, events/credential-ended, events/closing, events/failed.',
    },
    example:
      'retry: 1000\n\nid: 42\nevent: verdict.issued\ndata: {"id":"01JDZ5M6V8W0C3Q4T6Y8A9B0C1","type":"verdict.issued"}\n\n',
  },
}

/** The signed bundle: the one route of the API that is no operation, for its answer is held back until there is news. */
const BUNDLE_ROUTE: JsonObject = {
  get: {
    operationId: 'getBundle',
    summary:
      'The signed bundle that a gateway serves from: at once when it is another one, else when something changes',
    description:
      'A gateway asks again and again. With `If-None-Match` of the bundle that it has, the answer waits until something changes, `waitMs` at most: that is how policies, kill switches and keys are pushed. With its question a gateway says which bundle it serves by; `listGateways` shows that for each instance, and `issueDeny` waits a second for it.',
    security: [{ gateway: [] }],
    parameters: [
      ...Object.entries({
        environment: 'whose releases; `local` where it is not said',
        gateway: 'name of this instance, under which it is shown',
        revision: 'revision that it serves by: the acknowledgement',
        version: 'version of the bundle that it serves by',
        problem: 'why it does not take the newest one',
        waitMs: 'how long the answer may wait, 25,000 at most',
      }).map(([name, description]) => ({
        name,
        in: 'query',
        required: false,
        description,
        schema: { type: 'string' },
      })),
      IF_NONE_MATCH,
    ],
    responses: {
      '200': {
        description: 'the bundle',
        headers: {
          ETag: { schema: { type: 'string' } },
          'Gatehouse-Revision': { schema: { type: 'string' }, description: 'what `revision` says once it is taken' },
        },
        content: { 'application/json': { schema: { type: 'object' } } },
      },
      '304': { description: 'nothing has changed' },
      '401': { $ref: '#/components/responses/Problem401' },
    },
  },
}

/** OpenAPI 3.1 document of `/api/v1`, from the same table that routes and commands come from. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  const schemas = new OpenApiSchemas()
  for (const [name, operation] of Object.entries<Operation>(OPERATIONS)) {
    const path = `/api/v1${operation.path}`
    paths[path] ??= {}
    paths[path][operation.method.toLowerCase()] = operationObject(schemas, name, operation)
  }
  paths['/api/v1/gateway/bundle'] = BUNDLE_ROUTE as Record<string, JsonObject>
  return {
    openapi: '3.1.0',
    info: { title: 'Gatehouse control plane', version },
    paths,
    components: {
      schemas: { Problem: problem, ...schemas.shared },
      responses: Object.fromEntries(
        Object.entries(PROBLEM_STATUSES).map(([status, description]) => [
          `Problem${status}`,
          {
            description,
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
      securitySchemes: SECURITY_SCHEMES,
    },
    security: [{ token: [] }, { session: [] }],
  }
}

function operationObject(
  schemas: OpenApiSchemas,
  name: string,
  { method, path, summary, access, input, output, ...rest }: Operation,
): JsonObject {
  const schema = schemas.of(input, 'input')
  const properties = (schema['properties'] ?? {}) as JsonObject
  const required = (schema['required'] ?? []) as readonly string[]
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const outside = Object.entries(properties).filter(([key]) => !inPath.includes(key))
  const parameter = (key: string, place: 'path' | 'query', isRequired: boolean): JsonObject => ({
    name: key,
    in: place,
    required: isRequired,
    schema: properties[key] ?? {},
  })
  const parameters = inPath.map((key) => parameter(key, 'path', true))
  if (method === 'GET')
    parameters.push(...outside.map(([key]) => parameter(key, 'query', required.includes(key))), IF_NONE_MATCH)
  if (rest.isStreamed === true) parameters.push(LAST_EVENT_ID)
  if (method === 'POST') parameters.push(IDEMPOTENCY_KEY, ...(rest.record === undefined ? [] : [IF_MATCH]))
  const body: JsonObject = {
    type: 'object',
    properties: Object.fromEntries(outside),
    required: required.filter((key) => !inPath.includes(key)),
    additionalProperties: false,
  }
  return {
    operationId: name,
    summary,
    'x-gatehouse-access': access,
    'x-gatehouse-roles': [...ACCESS_TABLE[access].roles],
    ...securityOf(access),
    parameters,
    ...(method === 'POST'
      ? {
          'x-body-bytes-max': rest.bodyBytesMax ?? BODY_BYTES_USUAL,
          requestBody: { required: true, content: { 'application/json': { schema: body, ...exampleOf(body) } } },
        }
      : {}),
    responses: {
      '200': {
        description: 'done',
        ...(method === 'GET' ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
        content: {
          'application/json': { schema: schemas.of(output, 'output') },
          ...(rest.isStreamed === true ? EVENT_STREAM : {}),
        },
      },
      ...(method === 'GET' ? { '304': { description: 'nothing has changed since the version of If-None-Match' } } : {}),
      ...Object.fromEntries(
        statusesOf(method, rest.record !== undefined).map((status) => [
          status,
          { $ref: `#/components/responses/Problem${status}` },
        ]),
      ),
      default: {
        description: 'a problem, with a code and the next step',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function securityOf(access: Operation['access']): JsonObject {
  if (access === 'share') return { security: [{ share: [] }] }
  return access === 'gateway' ? { security: [{ gateway: [] }] } : {}
}

function statusesOf(method: Operation['method'], hasVersion: boolean): readonly string[] {
  const never = method === 'GET' ? ['412', '413', '415', '422'] : hasVersion ? [] : ['412']
  return Object.keys(PROBLEM_STATUSES).filter((status) => !never.includes(status))
}

/** An example for bodies that have an obvious one; a wrong example is worse than none. */
function exampleOf(schema: JsonObject): JsonObject {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonObject>>)
  const filled = properties.map(([key, value]) => [key, EXAMPLES[key] ?? firstOf(value)] as const)
  return filled.length === 0 || filled.some(([, value]) => value === undefined)
    ? {}
    : { example: Object.fromEntries(filled) }
}

function firstOf({ enum: values, const: only, type }: JsonObject): JsonObject[string] | undefined {
  if (Array.isArray(values)) return values[0]
  return only ?? (type === 'boolean' ? false : undefined)
}

const EXAMPLES: JsonObject = {
  system: 'support-assistant',
  reason: 'the model answers with another customer’s orders',
  scope: { kind: 'tool', tool: 'refund_order' },
  note: 'refunds are off since 10:40',
  name: 'ci',
  roles: ['engineer'],
  operations: ['recordEvidence', 'gateRelease'],
  systems: ['support-assistant'],
  environment: 'production',
  days: 90,
  overlapHours: 24,
  publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  frameworks: ['EU-AI-Act', 'ISO 42001'],
  audience: 'Example Audit Ltd',
  request: '01JDZ5M6V8W0C3Q4T6Y8A9B0C1',
  releaseDigest: `sha256:${'0'.repeat(64)}`,
  ruleId: 'GH-MOD-001',
  compensatingRule: 'GH-GRD-001',
  riskAcceptedBy: 'head-of-product',
  expiresAt: 1_767_139_200_000,
  comment: 'looked at the failing cases',
  role: 'product',
}
