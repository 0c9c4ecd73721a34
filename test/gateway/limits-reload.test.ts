// Limits that are edited while the gateway runs.
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startFakeProvider } from '../support/fake-provider.ts'
import { eventually } from '../support/temp-folder.ts'
import { startLightGateway } from '../support/light-gateway.ts'

test('an edited file of limits hands out no budget anew, and a request under way is charged', async () => {
  await using provider = await startFakeProvider()
  await using light = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
    limits: { rules: [{ id: 'day', per: 'system', unit: 'requests', amount: 2, period: 'day' }] },
  })
  const file = light.options.configFile ?? ''
  const edit = async (from: string, to: string): Promise<void> => {
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
    await light.gateway.reload()
  }
  const held = Promise.withResolvers<void>()
  provider.answer({ kind: 'held', until: held.promise, next: { kind: 'completion', choices: [{ text: 'hello' }] } })
  const underWay = light.chat()
  await eventually(
    () => provider.seen.length,
    (count) => count > 0,
  )
  await edit('rules:', 'rules:\n    - { id: other, per: key, unit: requests, amount: 100000, windowMs: 1000 }')
  held.resolve()
  expect((await underWay).status).toBe(200)
  expect([(await light.chat()).status, (await light.chat()).status]).toEqual([200, 429])
  await edit('amount: 2', 'amount: 3')
  expect([(await light.chat()).status, (await light.chat()).status]).toEqual([200, 429])
})
