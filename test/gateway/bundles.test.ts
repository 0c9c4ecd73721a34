// A gateway that is given good and bad bundles: it serves by the newest good one, and says why it does not take the newest.
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeProvider } from '../support/fake-provider.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import type { BundleInput } from '../support/signed-bundle.ts'
import { eventually } from '../support/temp-folder.ts'

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

async function start(input: BundleInput = {}): Promise<LightGateway> {
  const provider = open.use(await startFakeProvider())
  return open.use(await startLightGateway({ upstreams: [{ id: 'a', url: provider.url, network: 'private' }] }, input))
}

/** What the gateway says of the newest bundle once it has looked at it. */
const said = (light: LightGateway, wanted: RegExp): Promise<string | null | undefined> =>
  eventually(
    async () => light.plane.problems.at(-1),
    (problem) => wanted.test(problem ?? ''),
  )
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error?: { code: string } }).error?.code ?? 'ok'

describe('a bundle', () => {
  test('that was tampered with leaves the last good one in force, and is told of', async () => {
    const light = await start({ version: 5 })
    const good = await light.signer.sign({ version: 6, denies: [{ id: 'D', scope: { kind: 'system' } }] })
    light.pushText(good.replace('"payload":"ey', '"payload":"ez'))
    await said(light, /not signed by a trusted bundle key/)
    expect(await codeOf(await light.chat())).toBe('ok')
    await light.push({ version: 7 })
    await eventually(
      async () => light.plane.problems.at(-1),
      (problem) => problem === null,
    )
    expect(await codeOf(await light.chat())).toBe('ok')
  })

  test('that is older is refused, whatever time it claims, across a restart too', async () => {
    const light = await start({ version: 9, denies: [{ id: 'D', scope: { kind: 'system' } }] })
    expect(await codeOf(await light.chat())).toBe('system_halted')
    await light.push({ version: 8, issuedAt: Date.now() + 60_000 })
    await said(light, /older than the one in force/)
    expect(await codeOf(await light.chat())).toBe('system_halted')
    await light.restart()
    await said(light, /older than the one in force/)
    expect(await codeOf(await light.chat())).toBe('system_halted')
  })

  test('without the packs that a verdict binds is a bundle without that release', async () => {
    const pack = `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: run-time, version: 1.0.0, title: T, scope: request }
rules:
  - id: GH-RUN-901
    title: Nobody
    severity: low
    controls: [CTL-ACC-004]
    expr: subject.isVerified
    message: m
    fix: f
    tests:
      - { name: a, input: { subject: { isVerified: true } }, expect: pass }
      - { name: b, input: { subject: { isVerified: false } }, expect: fail }
`
    const light = await start({ requestPack: { bound: pack, carried: pack } })
    expect(await codeOf(await light.chat())).toBe('ok')
    for (const carried of [undefined, pack.replace('subject.isVerified\n', '!subject.isVerified\n')]) {
      await light.push({ requestPack: { bound: pack, ...(carried === undefined ? {} : { carried }) } })
      await eventually(
        async () => codeOf(await light.chat()),
        (code) => code === 'release_not_approved',
      )
      await light.push({ requestPack: { bound: pack, carried: pack } })
      await eventually(
        async () => codeOf(await light.chat()),
        (code) => code === 'ok',
      )
    }
  })
})

describe('a kill switch', () => {
  test.each([
    ['system', { kind: 'system' }, 'system_halted'],
    ['model', { kind: 'model', model: 'model-a' }, 'system_halted'],
    ['prompt', { kind: 'prompt', prompt: 'system' }, 'system_halted'],
    ['another prompt', { kind: 'prompt', prompt: 'other' }, 'ok'],
    ['another tool', { kind: 'tool', tool: 'save_note' }, 'ok'],
  ] as const)('of a %s', async (_, scope, code) => {
    const light = await start()
    await light.push({ denies: [{ id: 'D', scope }] })
    await eventually(
      async () => light.plane.heard.at(-1),
      (revision) => revision === 2,
    )
    expect(await codeOf(await light.chat())).toBe(code)
    await light.push({
      denies: [
        { id: 'D', scope },
        { id: 'L', scope, lifts: 'D' },
      ],
    })
    await eventually(
      async () => codeOf(await light.chat()),
      (now) => now === 'ok',
    )
  })

  test('stays on while the control plane is away, and over a restart', async () => {
    const light = await start({ denies: [{ id: 'D', scope: { kind: 'system' } }] })
    await light.plane[Symbol.asyncDispose]()
    expect(await codeOf(await light.chat())).toBe('system_halted')
    await light.restart()
    expect(await codeOf(await light.chat())).toBe('system_halted')
  })
})
