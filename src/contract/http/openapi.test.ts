import { expect, test } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { OPERATIONS } from './operations.ts'

interface Described {
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}
const paths = openApiDocument('0.0.0')['paths'] as unknown as Readonly<
  Record<string, Readonly<Record<string, Described>>>
>
const typesOf = ({ responses }: Described): readonly string[] => Object.keys(responses['200']?.content ?? {})

test('events are described as JSON and as a stream that goes on behind a place, and nothing else is streamed', () => {
  for (const [name, { method, path }] of Object.entries(OPERATIONS)) {
    const described = paths[`/api/v1${path}`]![method.toLowerCase()]!
    const isEvents = name === 'listEvents'
    expect([name, typesOf(described)]).toEqual([
      name,
      isEvents ? ['application/json', 'text/event-stream'] : ['application/json'],
    ])
    const headers = described.parameters
      .filter((parameter) => parameter.in === 'header')
      .map((parameter) => parameter.name)
    expect([name, headers.includes('Last-Event-ID')]).toEqual([name, isEvents])
  }
})

test('the bundle is described with what a gateway acknowledges by', () => {
  const bundle = paths['/api/v1/gateway/bundle']!['get']!
  expect(bundle.parameters.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['gateway', 'revision', 'waitMs', 'If-None-Match']),
  )
  expect(Object.keys(bundle.responses)).toEqual(['200', '304', '401'])
})

/** Lists that are short by nature, each with what bounds it. */
const SHORT: Readonly<Record<string, string>> = {
  listControls: 'the catalogue',
  listCatalogueRisks: 'the catalogue',
  listFrameworks: 'the catalogue',
  listKpis: 'ten figures',
  getRiskBurnDown: '104 points',
  listSessions: '1,000 sessions',
  listGateways: 'gateways of the last minute',
  listWebhooks: '50 webhooks',
  listSchedules: 'the configuration',
  listEvents: 'pages by place in the ledger',
}

test('every list pages by cursor, or something else bounds it', () => {
  for (const [name, { method, input, output }] of Object.entries(OPERATIONS)) {
    const answers = Object.keys((output as { readonly shape?: object }).shape ?? {})
    if (method !== 'GET' || !answers.includes('items')) continue
    const fields = Object.keys((input as { readonly shape?: object }).shape ?? {})
    const isPaged = ['limit', 'cursor'].every((field) => fields.includes(field)) && answers.includes('nextCursor')
    expect([name, isPaged]).toEqual([name, !(name in SHORT)])
  }
})
