// What a record keeps of a conversation whose release captures `redacted`, whatever its guard is told to look for.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'
import { systemText, tinyManifest } from '../support/tiny-project.ts'

const EMAIL = 'jane.roe@corp.example'
let provider: FakeProvider

beforeAll(async () => {
  provider = await startFakeProvider()
})
afterAll(() => provider[Symbol.asyncDispose]())

async function capturedUnder(guard: string): Promise<string> {
  const manifestText = tinyManifest().replace(/^guard: .*$/m, `guard: ${guard}`)
  await using light = await startLightGateway(
    { upstreams: [{ id: 'a', url: provider.url, network: 'private' }] },
    { manifestText },
  )
  const messages = [
    { role: 'system', content: systemText() },
    { role: 'user', content: `I am ${EMAIL}` },
    { role: 'assistant', content: `Hello ${EMAIL}` },
    { role: 'user', content: 'Where is my order?' },
  ]
  // Twice: what was judged before is known the second time.
  for (let time = 0; time < 2; time++) expect((await light.chat({ messages })).status).toBe(200)
  const lines = await eventually(
    () => light.plane.segments.flatMap(({ lines: all }) => all).filter((line) => line.kind === 'intent'),
    // A request that takes longer than a segment stands in two of them.
    (intents) => new Set(intents.map(({ id }) => id)).size === 2,
  )
  return JSON.stringify(lines.map((line) => (line as { readonly captured?: unknown }).captured))
}

describe('a captured conversation', () => {
  test.each([
    ['looks for nothing', '{ preset: none }'],
    ['does not look for personal data', '{ preset: T3, input: { pii: { action: allow } } }'],
    ['writes down what it finds', '{ preset: T3 }'],
  ])('holds no personal data where the guard %s', async (_, guard) => {
    const captured = await capturedUnder(guard)
    expect(captured).toContain('Where is my order?')
    expect(captured).not.toContain(EMAIL)
  })
})
