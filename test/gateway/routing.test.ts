import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { says, startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

async function provider(): Promise<FakeProvider> {
  return open.use(await startFakeProvider())
}

async function gateway(config: Readonly<Record<string, unknown>>, extra = ''): Promise<LightGateway> {
  return open.use(await startLightGateway(config, { manifest: { extra } }))
}

const DOWN = { kind: 'failure', status: 503, body: {} } as const
const place = (id: string, { url }: FakeProvider, more: Readonly<Record<string, unknown>> = {}): object => ({
  id,
  url,
  network: 'private',
  retry: { retries: 0 },
  ...more,
})

describe('a model that one provider cannot answer', () => {
  test('is asked for at the next provider that serves it', async () => {
    const [first, second] = [await provider(), await provider()]
    first.answer(DOWN)
    second.answer(says('from the second'))
    const light = await gateway({ upstreams: [place('a', first), place('b', second)] })
    const response = await light.chat()
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('from the second')
    expect(second.seen[0]?.body['model']).toBe('model-a')
  })

  test('falls back to the model that the release names, and to no other', async () => {
    const [first, second] = [await provider(), await provider()]
    first.answer(DOWN)
    const light = await gateway({
      upstreams: [place('a', first, { models: ['model-a'] }), place('b', second, { models: ['model-b', 'model-c'] })],
    })
    expect((await light.chat()).status).toBe(200)
    expect(second.seen.map(({ body }) => body['model'])).toEqual(['model-b'])
  })

  test('is an error when no provider may serve it', async () => {
    const first = await provider()
    const light = await gateway({ upstreams: [place('a', first, { models: ['model-z'] })] })
    expect((await light.chat()).status).toBe(502)
    expect(first.seen).toHaveLength(0)
  })
})

describe('regions', () => {
  test('bind every target, the last fallback as well', async () => {
    const [near, far, nowhere] = [await provider(), await provider(), await provider()]
    near.answer(DOWN)
    const light = await gateway({
      upstreams: [place('near', near, { region: 'eu' }), place('far', far, { region: 'us' }), place('x', nowhere)],
      regions: { dataClasses: { public: ['eu'] } },
    })
    expect((await light.chat()).status).toBe(502)
    // The model asked for and the release's fallback, both in the region.
    expect(near.seen.map(({ body }) => body['model'])).toEqual(['model-a', 'model-b'])
    expect([far.seen.length, nowhere.seen.length]).toEqual([0, 0])
  })
})

describe('the configuration', () => {
  test('is taken whole when the file changes, and kept when the new one is wrong', async () => {
    const [first, second] = [await provider(), await provider()]
    second.answer(says('from the second'))
    const light = await gateway({ upstreams: [place('a', first)] })
    const file = join(light.folder, 'gateway.yaml')
    await writeFile(file, 'apiVersion: gatehouse.dev/v1\nkind: Gateway\nupstreams: [{ id: a, url: "ftp://x" }]\n')
    await eventually(
      async () => light.logged,
      (lines) => lines.some((line) => line.includes('not taken') && line.includes('gateway.yaml:3:')),
    )
    expect((await light.chat()).status).toBe(200)
    expect(first.seen).toHaveLength(1)
    await writeFile(
      file,
      stringify({ apiVersion: 'gatehouse.dev/v1', kind: 'Gateway', upstreams: [place('b', second)] }),
    )
    await eventually(
      async () => light.logged,
      (lines) => lines.includes('configuration taken'),
    )
    expect(await (await light.chat()).text()).toContain('from the second')
    expect(first.seen).toHaveLength(1)
  })

  test('with a key in a file follows the file without a restart, and tells the key to nobody', async () => {
    const first = await provider()
    const keyFile = join(open.use(await tempFolder()).path, 'key')
    await writeFile(keyFile, 'sk-first-1234567890')
    const light = await gateway({ upstreams: [place('a', first, { key: { file: keyFile } })] })
    await light.chat()
    expect(first.seen.at(-1)?.headers.authorization).toBe('Bearer sk-first-1234567890')
    await writeFile(keyFile, 'sk-second-1234567890')
    await eventually(
      async () => {
        await light.chat()
        return first.seen.at(-1)?.headers.authorization
      },
      (sent) => sent === 'Bearer sk-second-1234567890',
    )
    const metrics = await (await fetch(`${light.gateway.url}/metrics`)).text()
    expect(`${light.logged.join('\n')}${metrics}`).not.toContain('1234567890')
  })
})
