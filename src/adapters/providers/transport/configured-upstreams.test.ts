import { expect, test } from 'vitest'
import { parseGatewayConfig } from '../../../contract/gateway-config/gateway-config.ts'
import { configuredUpstreams } from './configured-upstreams.ts'

test('an upstream of which nothing more is said has the documented defaults, and no call to it is hedged', () => {
  const parsed = parseGatewayConfig(
    'gateway.yaml',
    'apiVersion: gatehouse.dev/v1\nkind: Gateway\nupstreams: [{ id: a, url: https://api.example/v1 }]\n',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
  const [options] = configuredUpstreams(parsed.value.upstreams, () => null)
  expect(options).toMatchObject({
    network: 'public',
    protocol: 'openai',
    timeouts: { connectMs: 3_000, firstByteMs: 60_000, interTokenMs: 30_000, totalMs: 600_000 },
    retry: { retriesMax: 2, budgetPercent: 20, budgetFloor: 10, backoffMs: 100, backoffMaxMs: 2_000 },
    breaker: { failuresMax: 5, openMs: 5_000 },
    outlier: { windowMs: 10_000, callsMin: 20, failuresPercent: 50, ejectMs: 15_000 },
    connectionsMax: 256,
    waitingMax: 256,
  })
  expect(options?.hedgeAfterMs).toBeUndefined()
})
