// Every operation of the OpenAPI document against a running server: sound inputs, nearly sound ones and hostile ones.
// Never a 5xx, never a hang, and every answer is one that the document declares.
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { constantFrom, sample, type Arbitrary } from 'fast-check'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'
import type { Operation } from '../../src/contract/http/operation.ts'
import { openApiDocument } from '../../src/contract/http/openapi.ts'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import { requestOf } from '../../src/contract/http/request-of.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { gateOrThrow, sessionOn } from '../support/owned-state.ts'
import { bearer, callAs, ownerProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { arbitraryOf, HOSTILE, nearlyOf } from '../support/schema-arbitrary.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, writeTinyProject } from '../support/tiny-project.ts'

/** Repeat a failure with `FUZZ_SEED=…`; search longer with `FUZZ_FACTOR=…`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126)
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1)
const SOUND = 12 * FACTOR
const NEARLY = 30 * FACTOR
const ANSWER_MS_MAX = 20_000
const NAMES = Object.keys(OPERATIONS) as OperationName[]

interface OperationObject {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: JsonObject }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonObject } } }
  readonly responses: Readonly<Record<string, unknown>>
}

const document = openApiDocument('0.0.0')
const components = (document['components'] as { schemas: Readonly<Record<string, JsonObject>> }).schemas
const operationOf = (name: OperationName): OperationObject => {
  const { method, path } = OPERATIONS[name]
  const paths = document['paths'] as unknown as Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  return paths[`/api/v1${path}`]![method.toLowerCase()]!
}

const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema({ $id: 'document', components: { schemas: components } } as object)
const compiled = (schema: JsonObject): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as object)
const isProblem = compiled({ $ref: '#/components/schemas/Problem' })

const cleanUp = new AsyncDisposableStack()
let plane: ControlPlane
let proofs: Readonly<Record<'owner' | 'gateway' | 'share', Proof>>

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(
    await startPlaneOf(join(folder, 'state'), { config: { limits: { requestsPerMinute: 10_000_000 } } as never }),
  )
  await gateOrThrow(sessionOn(plane.node), await writeTinyProject(join(folder, 'project')))
  const owner = await ownerProof(plane)
  const share = await callAs(plane, owner, 'createShare', { system: SYSTEM, frameworks: ['*'], audience: 'a', days: 1 })
  proofs = { owner, gateway: bearer(plane.node.gatewayToken), share: bearer(String(share.body['token'])) }
})
afterAll(() => cleanUp.disposeAsync())

const proofOf = (name: OperationName): Proof => {
  const { access } = OPERATIONS[name]
  return access === 'gateway' || access === 'share' ? proofs[access] : proofs.owner
}

/** The input as a whole: path, query and body together; names of this server now and then, so that calls reach it. */
function inputOf(name: OperationName): Arbitrary<Json> {
  const { parameters, requestBody } = operationOf(name)
  const fields = parameters.filter(({ in: place }) => place !== 'header').map(({ name: key, schema }) => [key, schema])
  const body = requestBody?.content['application/json'].schema ?? {}
  const properties = { ...((body['properties'] ?? {}) as JsonObject), ...Object.fromEntries(fields) } as JsonObject
  const required = [
    ...((body['required'] ?? []) as readonly string[]),
    ...parameters.filter(({ in: place }) => place === 'path').map(({ name: key }) => key),
  ]
  const sound = arbitraryOf({ type: 'object', properties, required }, components)
  return sound.chain((value) =>
    constantFrom(true, false).map((isKnown) =>
      isKnown && isJsonObject(value) && 'system' in value ? { ...value, system: SYSTEM } : value,
    ),
  )
}

interface Sent {
  readonly status: number
  readonly text: string
  readonly type: string
}

async function send(method: string, url: string, init: { headers: Proof; body?: string }): Promise<Sent> {
  const response = await fetch(url, { method, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS_MAX), ...init })
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') ?? '' }
}

/** Placed by what command line and console place their calls with; texts in a URL stay short enough to be sent. */
function request(name: OperationName, input: Json): Promise<Sent> {
  const { method: how, path: template } = OPERATIONS[name]
  const fields = Object.fromEntries(
    Object.entries(isJsonObject(input) ? input : {}).map(([key, value]) => {
      if (how === 'POST' && !template.includes(`{${key}}`)) return [key, value]
      return [key, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 1_000)]
    }),
  )
  const { method, path, body } = requestOf(OPERATIONS[name], fields)
  const url = `${plane.url}/api/v1${path.slice(0, 8_000)}`
  if (method === 'GET') return send(method, url, { headers: proofOf(name) })
  return send(method, url, {
    headers: { ...proofOf(name), 'content-type': 'application/json' },
    body: JSON.stringify(isJsonObject(input) ? body : input),
  })
}

/** Undefined when the answer is one that the document declares. */
function faultOf(name: OperationName, check: ValidateFunction, { status, text, type }: Sent): string | undefined {
  if (status >= 500) return `a ${status}`
  // A path that no route has, after an odd value in it, is the server's own answer.
  if (!Object.hasOwn(operationOf(name).responses, String(status)) && status !== 404) return `an undeclared ${status}`
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return 'no JSON'
  }
  if (status === 200) return check(body) ? undefined : `not its schema: ${ajv.errorsText(check.errors)}`
  if (!type.startsWith('application/problem+json')) return `a problem of type ${type}`
  return isProblem(body) ? undefined : 'no problem of RFC 9457'
}

test('the document is valid OpenAPI 3.1, and every reference leads somewhere', async () => {
  const { valid, errors } = await new Validator().validate(
    structuredClone(document) as unknown as Record<string, unknown>,
  )
  expect([valid, errors]).toEqual([true, undefined])
  const text = JSON.stringify(document)
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = document
    for (const part of pointer.split('/')) at = (at as Record<string, unknown> | undefined)?.[part]
    expect([pointer, at === undefined]).toEqual([pointer, false])
  }
})

describe(`inputs from the document, seed ${SEED}`, () => {
  test.each(NAMES)('of %s get an answer that it declares', async (name) => {
    const output = operationOf(name).responses['200'] as { content: { 'application/json': { schema: JsonObject } } }
    const check = compiled(output.content['application/json'].schema)
    const sound = inputOf(name)
    const inputs = [
      ...sample(sound, { numRuns: SOUND, seed: SEED }),
      ...sample(nearlyOf(sound), { numRuns: NEARLY, seed: SEED }),
      ...(OPERATIONS[name].method === 'POST' ? HOSTILE : []),
    ]
    let next = 0
    const lane = async (): Promise<void> => {
      for (let index = next++; index < inputs.length; index = next++) {
        const input = inputs[index] as Json
        const sent = await request(name, input)
        const fault = faultOf(name, check, sent)
        if (fault !== undefined)
          throw new Error(
            `seed ${SEED}: ${fault}\nsent ${JSON.stringify(input).slice(0, 1_500)}\ngot ${sent.text.slice(0, 1_000)}`,
          )
      }
    }
    await Promise.all([1, 2, 3, 4, 5, 6].map(lane))
  })
})

test('HEAD of every read is answered as GET is, without its body and without a stream', async () => {
  for (const name of NAMES.filter((one) => OPERATIONS[one].method === 'GET')) {
    const operation: Operation = OPERATIONS[name]
    const url = `${plane.url}/api/v1${operation.path.replaceAll(/\{\w+\}/g, 'x')}`
    // A call that leaves something behind is made for its answer.
    if (operation.perMinute !== undefined) {
      expect((await send('HEAD', url, { headers: proofOf(name) })).status).toBe(405)
      continue
    }
    for (const accept of ['*/*', 'text/event-stream']) {
      const headers = { ...proofOf(name), accept }
      const { status, text } = await send('HEAD', url, { headers })
      expect([name, accept, text]).toEqual([name, accept, ''])
      if (accept === '*/*') expect([name, status]).toEqual([name, (await send('GET', url, { headers })).status])
    }
  }
  expect(plane.openStreams).toBe(0)
})

test('methods and types that no operation has are refused', async () => {
  const paths = new Set(Object.values(OPERATIONS).map(({ path }) => path))
  for (const path of paths)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      if (Object.values(OPERATIONS).some((one) => one.path === path && one.method === method)) continue
      // HEAD is GET without its body.
      if (method === 'HEAD') continue
      const { status } = await send(method, `${plane.url}/api/v1${path.replaceAll(/\{\w+\}/g, 'x')}`, {
        headers: proofs.owner,
        ...(method === 'GET' ? {} : { body: '' }),
      })
      // Of a method that HTTP does not have, the parser says so before any path is looked at.
      expect([path, method, status]).toEqual([path, method, method === 'PROPFIND' ? expect.any(Number) : 405])
      expect(status >= 400 && status < 500).toBe(true)
    }
  for (const name of NAMES.filter((one) => OPERATIONS[one].method === 'POST'))
    for (const type of [
      'text/plain',
      'text/html',
      'application/xml',
      'image/png',
      'application/json; charset=utf-16',
    ]) {
      const { status } = await send('POST', `${plane.url}/api/v1${OPERATIONS[name].path.replaceAll(/\{\w+\}/g, 'x')}`, {
        headers: { ...proofOf(name), 'content-type': type },
        body: '\u0000{"a":',
      })
      expect([name, type, status]).toEqual([
        name,
        type,
        expect.toSatisfy((code: number) => code === 400 || code === 415),
      ])
    }
})

test('the ledger verifies after all of it, and the records are those of the ledger', async () => {
  const size = plane.node.ledger.size
  expect(await plane.node.store.cursor()).toBe(size)
  for await (const entry of plane.node.ledger.read(0, size)) expect(entry.leaf.organization).toBe('local')
})
