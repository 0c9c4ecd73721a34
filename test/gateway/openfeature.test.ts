// The real OpenFeature client over a real gateway.
import { OpenFeature, OpenFeatureEventEmitter, ProviderEvents, type Provider } from '@openfeature/server-sdk'
import { afterEach, expect, test } from 'vitest'
import { gatehouseProvider } from '../../src/entrypoints/openfeature/index.ts'
import { API_KEY, startBareGateway } from '../support/bare-gateway.ts'
import { eventually } from '../support/temp-folder.ts'

afterEach(() => OpenFeature.close())

const providerOf = (gateway: string): Provider =>
  gatehouseProvider({ gateway, apiKey: API_KEY, events: new OpenFeatureEventEmitter(), everyMs: 20 })

test('flags follow kill switches, by scope, with an event for each change', async () => {
  await using gateway = await startBareGateway()
  await OpenFeature.setProviderAndWait('follow', providerOf(gateway.url))
  const client = OpenFeature.getClient('follow')
  let changes = 0
  client.addHandler(ProviderEvents.ConfigurationChanged, () => void (changes += 1))
  const isOn = (flag: string, context = {}): Promise<boolean> => client.getBooleanValue(flag, false, context)
  expect([await isOn('system'), await isOn('tool.save_note'), await isOn('model.model-a')]).toEqual([true, true, true])
  gateway.deny(
    { kind: 'tool', tool: 'save_note' },
    { kind: 'tenant', tenant: 'contoso' },
    { kind: 'prompt', prompt: 'system' },
  )
  await eventually(
    () => isOn('tool.save_note'),
    (on) => !on,
  )
  expect(changes).toBe(1)
  expect([await isOn('system'), await isOn('tool.lookup_order'), await isOn('prompt.system')]).toEqual([
    true,
    true,
    false,
  ])
  expect([await isOn('system', { tenant: 'contoso' }), await isOn('tenant.contoso')]).toEqual([false, false])
  gateway.deny({ kind: 'system' })
  await eventually(
    () => isOn('model.model-a'),
    (on) => !on,
  )
  expect(await client.getBooleanDetails('no.flag', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' })
  expect(await client.getStringValue('system', 'x')).toBe('x')
})

test('while the gateway is away the last answer counts, and the provider is stale', async () => {
  const gateway = await startBareGateway()
  await OpenFeature.setProviderAndWait('stale', providerOf(gateway.url))
  const client = OpenFeature.getClient('stale')
  gateway.deny({ kind: 'tool', tool: 'save_note' })
  await eventually(
    () => client.getBooleanValue('tool.save_note', true),
    (on) => !on,
  )
  const stale = Promise.withResolvers<void>()
  client.addHandler(ProviderEvents.Stale, () => stale.resolve())
  await gateway[Symbol.asyncDispose]()
  await stale.promise
  expect(await client.getBooleanDetails('tool.save_note', true)).toMatchObject({ value: false })
  expect(await client.getBooleanDetails('system', false)).toMatchObject({ value: true, flagMetadata: { stale: true } })
})

test('without a gateway, or without its key, no flag is known and the default counts', async () => {
  await using gateway = await startBareGateway()
  const stranger = gatehouseProvider({ gateway: gateway.url, apiKey: 'other', events: new OpenFeatureEventEmitter() })
  for (const provider of [providerOf('http://127.0.0.1:9'), stranger as Provider]) {
    await expect(OpenFeature.setProviderAndWait('away', provider)).rejects.toThrow()
    expect(await OpenFeature.getClient('away').getBooleanValue('system', false)).toBe(false)
  }
})
