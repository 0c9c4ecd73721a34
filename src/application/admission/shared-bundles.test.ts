import { describe, expect, test } from 'vitest'
import type { Envelope } from '../../domain/evidence/dsse.ts'
import { SharedBundles } from './shared-bundles.ts'

const envelope = (payload: string): Envelope => ({ payload, payloadType: 'x', signatures: [] }) as unknown as Envelope

describe('a bundle that many ask for', () => {
  const setting = () => {
    const state = { now: 0, built: 0 }
    const bundles = new SharedBundles(() => state.now)
    const ask = (environment: string, key: string): Promise<Envelope> =>
      bundles.of(environment, key, async () => envelope(`${environment} ${key} ${(state.built += 1)}`))
    return { state, ask }
  }

  test('is built once for all who ask for the same within its second', async () => {
    const { state, ask } = setting()
    const got = await Promise.all([ask('local', '1'), ask('local', '1'), ask('local', '1')])
    state.now = 999
    got.push(await ask('local', '1'))
    expect(new Set(got).size).toBe(1)
    state.now = 1_000
    expect((await ask('local', '1')).payload).toBe('local 1 2')
  })

  test('is built anew after each change, and for each environment', async () => {
    const { ask } = setting()
    await ask('local', '1')
    expect((await ask('local', '2')).payload).toBe('local 2 2')
    expect((await ask('production', '2')).payload).toBe('production 2 3')
    expect((await ask('local', '2')).payload).toBe('local 2 2')
  })

  test('that could not be built is tried again by the next who asks', async () => {
    const bundles = new SharedBundles(() => 0)
    const failing = bundles.of('local', '1', () => Promise.reject(new Error('away')))
    await expect(failing).rejects.toThrow('away')
    expect((await bundles.of('local', '1', async () => envelope('whole'))).payload).toBe('whole')
  })

  test('of more environments than it remembers is still the right one', async () => {
    const { ask } = setting()
    for (let at = 0; at < 250; at += 1) expect((await ask(`e${at}`, '1')).payload).toBe(`e${at} 1 ${at + 1}`)
    expect((await ask('e0', '1')).payload).toBe('e0 1 251')
  })
})
