import { expect, test } from 'vitest'
import type { Rollout } from '../../src/domain/rollout/rollout.ts'
import { STOP_DEFAULT } from '../../src/domain/rollout/rollout.ts'
import { mcpManifest, startMcpGateway, TICKET_CHILD, TICKETS, type McpGateway } from '../support/mcp-gateway.ts'
import { SYSTEM, tinyManifest } from '../support/tiny-project.ts'

/** Declares the server; the stable release does not. */
const TRIAL = mcpManifest(TICKETS, { version: '2.0.0' })
const STABLE = tinyManifest({ version: '1.0.0' })

async function digestOfTrial(): Promise<string> {
  await using gateway = await startMcpGateway({ tickets: TICKET_CHILD }, { manifest: TRIAL })
  await gateway.post('/v1/guard', { text: 'hello' })
  return gateway.intents.at(-1)?.releaseDigest ?? ''
}
const release = await digestOfTrial()

const start = (percent: number): Promise<McpGateway> => {
  const rollouts: readonly Rollout[] = [
    { id: 'new', kind: 'canary', system: SYSTEM, release, percent, stop: STOP_DEFAULT },
  ]
  return startMcpGateway({ tickets: TICKET_CHILD }, { manifest: TRIAL, older: [STABLE], rollouts })
}

test.each([
  { percent: 0, offered: false },
  { percent: 100, offered: true },
])('a canary at $percent % offers tools of a server that only its release declares: $offered', async (expected) => {
  await using gateway = await start(expected.percent)
  const client = await gateway.connect()
  expect((await client.listTools()).tools.length > 0).toBe(expected.offered)
})

test('whoever was offered tools once is offered them again, with a subject and without', async () => {
  await using gateway = await start(50)
  const sides = new Set<boolean>()
  for (let at = 0; at < 8; at += 1) {
    const headers: Record<string, string> =
      at === 0 ? {} : { 'gatehouse-subject': await gateway.subjectToken({ principal: `user-${at}` }) }
    const client = await gateway.connect({ headers })
    const [first, second] = [await client.listTools(), await client.listTools()]
    expect(second.tools).toHaveLength(first.tools.length)
    sides.add(first.tools.length > 0)
  }
  expect(sides.size).toBe(2)
})
