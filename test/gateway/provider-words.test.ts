import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { tinyManifest } from '../support/tiny-project.ts'

const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`
const EMBEDDING = { model: 'embed-a', input: 'hi' }

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway({
    manifest: tinyManifest().replace(
      '- { id: small, provider: openai, model: model-b }',
      '- { id: small, provider: openai, model: model-b }\n    - { id: embed, provider: openai, model: embed-a }',
    ),
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.bugs.length = 0
})

const calls: readonly (readonly [string, string, object])[] = [
  ...Object.entries(WIRES).flatMap(([wire, { path, request }]) =>
    [false, true].map((isStream) => [`${wire}, streamed: ${isStream}`, path, request({}, { isStream })] as const),
  ),
  ['embeddings', '/v1/embeddings', EMBEDDING],
]

describe.each(calls)('to a client of %s', (_, path, body) => {
  const answered = async (status: number, message: string): Promise<string> => {
    gateway.provider.answer({ kind: 'failure', status, body: { error: { message } } })
    const text = await (await gateway.post(path, body)).text()
    expect(gateway.bugs).toEqual([])
    return text
  }

  test('a refusal of the provider is told in its own words', async () => {
    expect(await answered(400, 'the request asks for too many tokens')).toContain('asks for too many tokens')
  })

  test.each([
    ['a secret', `unknown value ${SECRET}`],
    ['a card', 'unknown value: card 4111 1111 1111 1111'],
  ])('words that hold %s are not', async (__, message) => {
    const text = await answered(400, message)
    expect(text).toContain('the provider answered 400')
    expect(text).not.toContain(message.slice(-16))
  })

  test.each([401, 402, 403, 404])(
    'words about the key, account or deployment of the gateway (%i) are not',
    async (status) => {
      const text = await answered(status, 'incorrect key of team-blue')
      expect(text).toContain(`the provider answered ${status}`)
      expect(text).not.toContain('team-blue')
    },
  )
})
