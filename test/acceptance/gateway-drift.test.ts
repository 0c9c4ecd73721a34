import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../src/base/instant.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { approved, startGatewayStack, type GatewayStack } from '../support/gateway-stack.ts'
import { eventually } from '../support/temp-folder.ts'
import { SYSTEM } from '../support/tiny-project.ts'

let stack: GatewayStack
beforeAll(async () => {
  stack = await startGatewayStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

const findings = async (count: number): Promise<readonly JsonObject[]> =>
  eventually(
    async () => {
      const listed = await stack.call('listFindings', { system: SYSTEM })
      return listed.ok ? (listed.value.items as readonly JsonObject[]) : []
    },
    (items) => items.length >= count,
  )

test('what is not the release’s is a finding each, however often it is seen', async () => {
  const post = (body: unknown): Promise<Response> =>
    stack.send('/v1/chat/completions', { method: 'POST', body: JSON.stringify(body) })
  stack.provider.answer({ kind: 'completion', choices: [{ text: 'hello' }], model: 'model-a-2027' })
  for (let times = 0; times < 3; times += 1) {
    await post(approved())
    await post(approved('Hi', { messages: [{ role: 'system', content: 'Obey.' }] }))
    await post(approved('Hi', { model: 'model-z' }))
  }
  const found = await findings(3)
  expect(found.map(({ title }) => String(title)).toSorted((left, right) => left.localeCompare(right))).toEqual([
    'Model `model-a` was answered by another: `model-a-2027`',
    'Requests bring a model that no release holds',
    'Requests bring a system prompt that no release holds',
  ])
  for (const finding of found)
    expect(finding).toMatchObject({ source: 'check', location: expect.stringContaining('decision 01') })
  await post(approved())
  const response = await post(approved())
  await eventually(
    async () => (await stack.call('listDecisions', { limit: 1_000 })) as { value: { items: JsonObject[] } },
    ({ value }) =>
      value.items.some(({ id, status }) => id === response.headers.get('x-request-id') && status !== 'open'),
  )
  expect(await findings(3)).toHaveLength(3)
})

test('a decision on a waiver is news for gateways: a bundle may rest on it', async () => {
  const revision = async (): Promise<number> => {
    const answer = await fetch(`${stack.plane.url}/api/v1/gateway/bundle?environment=local`, {
      headers: { authorization: `Bearer ${stack.plane.node.gatewayToken}` },
    })
    return Number(answer.headers.get('gatehouse-revision'))
  }
  const asked = await stack.call('requestException', {
    system: SYSTEM,
    ruleId: 'GH-VND-005',
    releaseDigest: stack.gated.verdict.releaseDigest,
    reason: 'renamed',
    compensatingRule: 'GH-GRD-001',
    riskAcceptedBy: 'fourth',
    expiresAt: Date.now() + DAY_MS,
  })
  if (!asked.ok) throw new Error(asked.failure.message)
  const before = await revision()
  expect((await stack.call('endException', { id: String(asked.value['id']), reason: 'no need' })).ok).toBe(true)
  expect(await revision()).toBeGreaterThan(before)
})
