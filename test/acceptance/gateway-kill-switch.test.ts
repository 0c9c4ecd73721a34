// Kill switches over several gateways of one control plane: taken by each, kept without the control plane, across restarts.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningGateway } from '../../src/entrypoints/gateway/start-gateway.ts'
import {
  approved,
  startGatewayOrThrow,
  startGatewayStack,
  startPlaneOrThrow,
  type GatewayStack,
} from '../support/gateway-stack.ts'
import { bearer, callAs, startPlaneOf } from '../support/plane-client.ts'
import { statePlace } from '../support/state-place.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { SYSTEM } from '../support/tiny-project.ts'

let stack: GatewayStack
const others: RunningGateway[] = []
const own = new AsyncDisposableStack()
const startOther = (at: number): Promise<RunningGateway> =>
  startGatewayOrThrow({ ...stack.options, folder: join(stack.folder, `other-${at}`) })
beforeAll(async () => {
  stack = await startGatewayStack()
  for (const at of [0, 1]) others.push(await startOther(at))
  own.defer(async () => {
    for (const other of others) await other[Symbol.asyncDispose]()
  })
})
afterAll(async () => {
  await own.disposeAsync()
  await stack[Symbol.asyncDispose]()
})

const all = (): readonly RunningGateway[] => [stack.gateway, ...others]
const codes = (): Promise<readonly string[]> =>
  Promise.all(
    all().map(async ({ url }) => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.apiKey}` },
        body: JSON.stringify(approved()),
      })
      return ((await response.json()) as { error?: { code: string } }).error?.code ?? 'ok'
    }),
  )
const halted = Array.from({ length: 3 }, () => 'system_halted')

describe('a kill switch', () => {
  test('is in force at every gateway when the call that threw it says so', async () => {
    // Several in a row: each gateway must be waiting again after the one before.
    for (let round = 0; round < 5; round += 1) {
      const issued = await stack.call('issueDeny', { system: SYSTEM, scope: { kind: 'system' }, reason: 'drill' })
      if (!issued.ok) throw new Error(issued.failure.message)
      const { acknowledgedBy, connectedGateways, id } = issued.value as Record<string, unknown>
      expect(connectedGateways).toBe(3)
      const listed = await eventually(
        () => stack.call('listGateways', {}),
        (answer) => answer.ok && answer.value.items.every(({ isCurrent }) => isCurrent === true),
      )
      expect(listed.ok && listed.value.items).toHaveLength(3)
      // Whether within its second or later on a busy machine: once all have said so, all deny.
      expect(Number(acknowledgedBy)).toBeLessThanOrEqual(3)
      expect(await codes()).toEqual(halted)
      expect((await stack.call('liftDeny', { id: String(id), reason: 'over' })).ok).toBe(true)
      await eventually(codes, (now) => now.every((code) => code === 'ok'))
    }
  })

  test('stays on with the control plane gone, also at a gateway that starts again without it', async () => {
    await stack.call('issueDeny', { system: SYSTEM, scope: { kind: 'system' }, reason: 'drill' })
    await eventually(codes, (now) => now.every((code) => code === 'system_halted'))
    await stack.plane[Symbol.asyncDispose]()
    expect(await codes()).toEqual(halted)
    await others[0]?.[Symbol.asyncDispose]()
    others[0] = await startOther(0)
    expect(await codes()).toEqual(halted)
    stack.plane = await startPlaneOrThrow(stack.state, Number(new URL(stack.options.controlPlane).port))
    await eventually(
      () => stack.call('listGateways', {}),
      (answer) => answer.ok && answer.value.items.length === 3,
    )
    expect(await codes()).toEqual(halted)
  })
})

test('news reach a gateway though records have used up what a caller may send', async () => {
  await using folder = await tempFolder()
  await using plane = await startPlaneOf(folder.path, {
    ...(await statePlace(folder.path)),
    config: { apiVersion: 'gatehouse.dev/v1', kind: 'ServerConfig', limits: { requestsPerMinute: 5 } },
  })
  const token = bearer(plane.node.gatewayToken)
  const named = { ...token, 'gatehouse-gateway': 'gw-a' }
  const record = (proof: Readonly<Record<string, string>>): Promise<number> =>
    callAs(plane, proof, 'ingestSegment', {}).then(({ status }) => status)
  await eventually(
    () => record(named),
    (status) => status === 429,
  )
  const news = (proof: Readonly<Record<string, string>>): Promise<number> =>
    fetch(`${plane.url}/api/v1/gateway/bundle?environment=local`, { headers: proof }).then(({ status }) => status)
  expect(await news(named)).toBe(200)
  // Each gateway is a caller of its own; a name without the token is none.
  expect(await record({ ...token, 'gatehouse-gateway': 'gw-b' })).not.toBe(429)
  const guesses = await Promise.all(
    Array.from({ length: 12 }, (_, at) => news({ ...bearer('guess'), 'gatehouse-gateway': `gw-${at}` })),
  )
  expect(guesses).toContain(429)
})
